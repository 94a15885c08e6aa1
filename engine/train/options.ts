import { z } from 'zod';

/** Everything about a training by gradients that is not the method itself. The comments are the command line's help. */
export const TrainingOptions = z.strictObject({
  /** passes over the training rows */
  epochs: z.int().min(1).max(1000),
  /** texts of one step */
  batch: z.int().min(1).max(4096),
  learningRate: z.number().positive().max(1),
  /** of gates, as a factor on the learning rate */
  gateRate: z.number().min(0).max(1000),
  weightDecay: z.number().min(0).max(1),
  /** share of the steps in which the rate rises */
  warmUp: z.number().min(0).max(1),
  /** how the rate falls after that */
  schedule: z.enum(['linear', 'cosine', 'constant']),
  /** the gradient is shortened to this length */
  clip: z.number().positive(),
  /** share of the numbers going into a module that are left out at random */
  dropout: z.number().min(0).max(0.9),
  /** λ of DS-LoRA's L1 on A and B */
  lambda: z.number().min(0).max(100),
  /** share of each label's probability that is spread over all */
  labelSmoothing: z.number().min(0).max(0.9),
  classWeights: z.enum(['balanced', 'none']),
  /** width of a hidden layer in the head; 0 for none */
  hidden: z.int().min(0).max(8192),
  /** what the activations of a step may take, MB; beyond it batches are cut and layers computed twice */
  memory: z.int().min(1).max(1_000_000),
  /** epochs without a better dev macro-F1 after which it stops */
  patience: z.int().min(1).max(1000),
  seed: z.int().min(0).max(0xffffffff),
});
export type TrainingOptions = Readonly<z.infer<typeof TrainingOptions>>;
