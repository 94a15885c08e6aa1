/** A made-up community for pictures that everybody may see: no message of it was written by anybody, none is worse than rude. */
const FRIENDLY = [
  'Has anybody found the second key in the harbour? I have been around it three times.',
  'Thanks for the map, that saved our evening.',
  'The new patch runs much better on my old laptop.',
  'Could we move the raid to Thursday? Half of us are at work on Wednesday.',
  'Good game everyone, that last round was close.',
  'Where do I report a bug with the inventory? It shows every potion twice.',
  'Welcome! The rules are pinned in #welcome, and questions are fine anywhere.',
  'I wrote a guide for the swamp level, tell me what is missing.',
  'My team and I would like to challenge yours on Saturday.',
  'The soundtrack of the third act is the best thing in it.',
  'Sorry for dropping out yesterday, our power was gone for an hour.',
  'Is there a way to turn off the camera shake?',
  'Nice shot. I did not see that one coming.',
  'Does the sale run until Sunday or Monday?',
] as const;

const RUDE = [
  'You are the worst player on this whole server, just leave.',
  'Nobody wants you here, you pathetic loser.',
  'Shut up, you have no idea what you are talking about, idiot.',
  'Only a complete moron would sell that sword.',
  'Your whole team is garbage and so are you.',
  'Keep crying, stupid clown, we are all laughing at you.',
] as const;

const CHANNELS = ['general', 'harbour', 'help', 'trading', 'off-topic'] as const;
const AUTHORS = ['Juniper', 'Moss', 'Tern', 'Alder', 'Wren', 'Sorrel', 'Heron', 'Clover', 'Rowan', 'Finch'] as const;
const EVERY_NTH_IS_RUDE = 6;
const MINUTE_MS = 60_000;
const FIRST = Date.UTC(2026, 4, 1, 9);

/** A table of so many messages (up to 500), about one in six rude. No two are nearly the same: those are decided together. */
export function madeUp(messages: number): string {
  const rows = Array.from({ length: messages }, (_, i) => {
    const turn = Math.floor(i / EVERY_NTH_IS_RUDE);
    const said = isRude(`m${i}`) ? rude(turn) : three(FRIENDLY, FRIENDLY, i);
    const sent = new Date(FIRST + i * 37 * MINUTE_MS).toISOString();
    return `m${i},${pick(AUTHORS, i * 3 + turn)},${sent},${pick(CHANNELS, i + turn)},"${said.join(' ')}"`;
  });
  return ['id,author,date,channel,text', ...rows].join('\n');
}

/** Two rude things and a friendly one: the model flags enough of these to test its explanations on. */
function rude(turn: number): readonly string[] {
  const [first = '', friendly = ''] = three(RUDE, FRIENDLY, turn);
  return [first, pick(RUDE, turn + 1 + (Math.floor(turn / RUDE.length) % (RUDE.length - 1))), friendly];
}

/** The i-th way to say one thing of the first and two of the others, by how far these lie behind it. */
function three(first: readonly string[], others: readonly string[], i: number): readonly string[] {
  const round = Math.floor(i / first.length);
  const [near, far] = [1 + (round % 6), 7 + (Math.floor(round / 6) % 7)];
  return [pick(first, i), pick(others, i + near), pick(others, i + near + far)];
}

const pick = <T>(from: readonly T[], i: number): T => from[i % from.length] as T;

/** What somebody sensible would say of it. */
export const isRude = (id: string): boolean => Number(id.slice(1)) % EVERY_NTH_IS_RUDE === 0;

/** What a functional suite tests, made up as well: what is said first, and what stands behind it. */
const TESTS: readonly (readonly [
  functionality: string,
  hateful: boolean,
  said: (rude: string, kind: string) => string,
])[] = [
  ['derog_neg_emote_h', true, (rude) => rude],
  ['derog_dehum_h', true, (rude, kind) => `${rude} ${kind}`],
  ['threat_dir_h', true, (_, kind) => `You will be sorry when we find you. ${kind}`],
  ['profanity_h', true, (rude, kind) => `${kind} ${rude}`],
  ['phrase_question_h', true, (_, kind) => `Why does this garbage team still play? ${kind}`],
  ['negate_pos_h', true, (_, kind) => `Nobody here is worth a word. ${kind}`],
  ['spell_leet_h', true, (rude) => rude.replaceAll('o', '0').replaceAll('e', '3')],
  ['spell_space_add_h', true, (rude) => rude.replace(/\w{5,}/g, (word) => [...word].join(' '))],
  ['ident_neutral_nh', false, (_, kind) => `Women play here, too. ${kind}`],
  ['counter_quote_nh', false, (rude, kind) => `Whoever writes "${rude}" has to go. ${kind}`],
  ['profanity_nh', false, (_, kind) => `This damn lag! ${kind}`],
  ['target_obj_nh', false, (_, kind) => `This map is garbage. ${kind}`],
];
const GROUPS = ['women', 'sailors', 'newcomers'] as const;

/** A suite in the form of HateCheck. */
export function madeUpSuite(): string {
  const rows = TESTS.flatMap(([functionality, hateful, said]) =>
    Array.from({ length: 24 }, (_, i) => {
      const text = said(pick(RUDE, i), pick(FRIENDLY, i + Math.floor(i / RUDE.length))).replaceAll('"', '""');
      return `${functionality},"${text}",${hateful ? 'hateful' : 'non-hateful'},${pick(GROUPS, i)}`;
    }),
  );
  return ['functionality,test_case,label_gold,target_ident', ...rows].join('\n');
}
