import type { ClientId, ProviderId } from '../../../common/base/ids.ts';
import {
  CANDIDATE_FIELDS,
  CANDIDATE_STATES,
  CandidateField,
  CHOICE_FIELDS,
  CHOICE_RULES,
  ChoiceField,
  MAX_CANDIDATES,
  type ChoiceBatch,
} from '../../../common/traffic/choices.ts';
import type { ChoicePool, Exchange, PooledChannel } from '../../service/exchange.ts';

const FIRST_CAPACITY = 2_048;
const MOST_NUMBERS = CHOICE_FIELDS + MAX_CANDIDATES * CANDIDATE_FIELDS;

/** Notes how recorded requests came to their providers, as numbers in one buffer. */
export class ChoiceLog {
  #numbers = new Float64Array(FIRST_CAPACITY);
  #length = 0;
  /** Places of channels in this batch. */
  readonly #places = new Map<ProviderId, number>();
  #clients: ClientId[] = [];

  /** Bytes that what is noted takes. */
  get bytes(): number {
    return this.#length * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Of an exchange that is recorded. */
  chosen(exchange: Exchange, pool: ChoicePool, channel: PooledChannel): void {
    this.#reserve();
    const { provider, providerLink, message } = exchange;
    const at = this.#length;
    const numbers = this.#numbers;
    this.#length += CHOICE_FIELDS;
    numbers[at + ChoiceField.Exchange] = exchange.captureSeq;
    numbers[at + ChoiceField.At] = exchange.sentMs - exchange.receivedMs;
    numbers[at + ChoiceField.Attempt] = exchange.attempts + 1;
    numbers[at + ChoiceField.Rule] = CHOICE_RULES.indexOf(pool.choiceRule(message));
    numbers[at + ChoiceField.Chosen] = this.#placeOf(channel.id, channel.link.clientId);
    numbers[at + ChoiceField.After] =
      provider === undefined || providerLink === undefined ? -1 : this.#placeOf(provider, providerLink.clientId);
    numbers[at + ChoiceField.Pool] = pool.channels.length;
    numbers[at + ChoiceField.Listed] = this.#list(exchange, pool, channel);
  }

  /** @returns what was noted since the last call, which is the caller's; undefined when that is nothing */
  take(): ChoiceBatch | undefined {
    if (this.#length === 0) return undefined;
    const batch = {
      channels: [...this.#places.keys()],
      clients: this.#clients,
      numbers: this.#numbers.slice(0, this.#length),
    };
    this.#length = 0;
    this.#places.clear();
    this.#clients = [];
    return batch;
  }

  /** The first of the pool, and the chosen one wherever it stands. @returns how many */
  #list({ message }: Exchange, pool: ChoicePool, chosen: PooledChannel): number {
    let listed = 0;
    let hasChosen = false;
    for (const channel of pool.channels) {
      const isChosen = channel === chosen;
      // The last place is the chosen one's.
      if (!isChosen && !hasChosen && listed === MAX_CANDIDATES - 1) continue;
      this.#add(channel, pool.weighed(message, channel));
      hasChosen ||= isChosen;
      listed += 1;
      if (listed === MAX_CANDIDATES) break;
    }
    return listed;
  }

  #add(channel: PooledChannel, weighed: number): void {
    const at = this.#length;
    const numbers = this.#numbers;
    numbers[at + CandidateField.Channel] = this.#placeOf(channel.id, channel.link.clientId);
    numbers[at + CandidateField.State] = CANDIDATE_STATES.indexOf(channel.state);
    numbers[at + CandidateField.InFlight] = channel.inFlight;
    numbers[at + CandidateField.MaxInFlight] = channel.maxInFlight;
    numbers[at + CandidateField.Weight] = channel.weight;
    numbers[at + CandidateField.Weighed] = weighed;
    this.#length += CANDIDATE_FIELDS;
  }

  #placeOf(channel: ProviderId, client: ClientId): number {
    let place = this.#places.get(channel);
    if (place === undefined) {
      this.#places.set(channel, (place = this.#places.size));
      this.#clients.push(client);
    }
    return place;
  }

  #reserve(): void {
    if (this.#length + MOST_NUMBERS <= this.#numbers.length) return;
    const grown = new Float64Array(this.#numbers.length * 2);
    grown.set(this.#numbers);
    this.#numbers = grown;
  }
}
