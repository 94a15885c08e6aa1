import { textOf, type Fields } from './fields.ts';

interface Topic {
  readonly id: string;
  readonly name: string;
}

/** Telegram's own number for the topic that always exists. */
const GENERAL: Topic = { id: '1', name: 'General' };

/**
 * Finds the forum topic of each message of one chat. The export does not say it: a chain of replies that ends at the
 * message "topic created" belongs to that topic, anything else to "General". Remembers one entry per message of a topic.
 */
export class TopicsOfChat {
  readonly #topicOf = new Map<string, Topic>();

  /** Call for every message in order. Null in a chat without topics. */
  threadOf(fields: Fields, id: string, replyTo: string | null): Topic | null {
    if (fields['action'] === 'topic_created') {
      const topic = { id, name: textOf(fields, 'title') };
      this.#topicOf.set(id, topic);
      return topic;
    }
    if (this.#topicOf.size === 0) return null;
    const topic = replyTo === null ? undefined : this.#topicOf.get(replyTo);
    if (topic === undefined) return GENERAL;
    this.#topicOf.set(id, topic);
    return topic;
  }
}
