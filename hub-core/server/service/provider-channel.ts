import { providerId, type ProviderId, type ServiceId } from '../../common/base/ids.ts';
import type { ProviderLink } from '../relay.ts';
import { LatencyWindow } from './latency-window.ts';
import type { Candidate } from './policies/balancer-policy.ts';
import type { ChannelStanding } from './resilience/channel-standing.ts';
import type { ProviderState, ProviderView } from './service-view.ts';

/** What a channel is made with. */
export interface ChannelOptions extends ChannelSettings {
  readonly sinceMs: number;
  readonly standing: ChannelStanding;
}

export interface ChannelSettings {
  readonly weight: number;
  /** 0 = no limit. */
  readonly maxInFlight: number;
}

/** Weight of the newest answer in the mean of their times. */
const NEWEST = 0.1;

/**
 * One connection of a client as a target of one service's requests. `Owner` is that service, `Held` what is handed to it.
 */
export class ProviderChannel<Owner extends { readonly id: ServiceId }, Held> implements Candidate {
  readonly id: ProviderId;
  readonly service: Owner;
  readonly link: ProviderLink;
  /** Wall ms of registration. */
  readonly sinceMs: number;
  readonly standing: ChannelStanding;
  weight: number;
  maxInFlight: number;
  share = 0;
  draining = false;
  /** Out of its pool for good; what it has in flight may still be answered. */
  removed = false;
  calls = 0;
  errors = 0;
  /** Answers that broke their route's schema. */
  warnings = 0;
  lastFailure: string | null = null;
  answerMs = 0;
  readonly latency = new LatencyWindow();
  /** Handed to it and not over, in that order. */
  readonly exchanges = new Set<Held>();

  constructor(service: Owner, link: ProviderLink, options: ChannelOptions) {
    this.id = providerId(service.id, link.connectionId);
    this.service = service;
    this.link = link;
    this.sinceMs = options.sinceMs;
    this.standing = options.standing;
    this.weight = options.weight;
    this.maxInFlight = options.maxInFlight;
  }

  get inFlight(): number {
    return this.exchanges.size;
  }

  get available(): boolean {
    return !this.draining && this.hasRoom && !this.link.congested && !this.link.suspect && this.standing.admits;
  }

  get hasRoom(): boolean {
    return this.maxInFlight === 0 || this.exchanges.size < this.maxInFlight;
  }

  get state(): ProviderState {
    if (this.draining) return 'draining';
    if (this.link.suspect) return 'suspect';
    const { standing } = this.standing;
    if (standing !== 'admitted') return standing;
    return this.available ? 'ready' : 'saturated';
  }

  /** Registered again on the same connection: takes work again, too, if it was draining. */
  configure(settings: ChannelSettings): void {
    this.weight = settings.weight;
    this.maxInFlight = settings.maxInFlight;
    this.draining = false;
  }

  /** @param tookMs from the hand-over to the answer, or to its beginning */
  answered(tookMs: number): void {
    this.latency.add(tookMs);
    this.answerMs = this.answerMs === 0 ? tookMs : this.answerMs + NEWEST * (tookMs - this.answerMs);
  }

  /** The request came to nothing through the provider's fault; its circuit breaker is told. */
  failed(request: Held & object, reason: string): void {
    this.noteError(reason);
    this.standing.failed(request);
  }

  /** Counts an error that says nothing about the channel itself. */
  noteError(reason: string): void {
    this.errors += 1;
    this.lastFailure = reason;
  }

  view(): ProviderView {
    const [latencyP50Ms = null, latencyP95Ms = null] = this.latency.quantiles([0.5, 0.95]);
    return {
      id: this.id,
      client: this.link.clientId,
      connection: this.link.connectionId,
      state: this.state,
      weight: this.weight,
      inFlight: this.inFlight,
      maxInFlight: this.maxInFlight,
      calls: this.calls,
      errors: this.errors,
      warnings: this.warnings,
      latencyP50Ms,
      latencyP95Ms,
      sinceMs: this.sinceMs,
      lastFailure: this.lastFailure,
    };
  }
}
