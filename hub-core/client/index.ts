/** The SDK for browsers, and for whatever has a WebSocket of its own. Node programs take `node/index.ts`. */
export { HubClient, type RequestInit } from './hub-client.ts';
export type { BodyInput, EncodingWord } from './body.ts';
export type { ByteStream } from './byte-stream.ts';
export type { HeaderList, HeadersInput } from './header-list.ts';
export type { MethodWord } from './method-word.ts';
export type { BroadcastOptions, SendMessageOptions } from './messages.ts';
export type { Notice } from './notice.ts';
export type { ConnectOptions, Dial, DialTarget, ReconnectOptions, TokenSource } from './options.ts';
export type { ProvidedRoute, ProvideOptions, Provision, RequestHandler } from './provision.ts';
export type { ReplyInit } from './provider-reply.ts';
export type { ProviderRequest } from './provider-request.ts';
export { dialWebRtc, type CreatePeerConnection } from './rtc-dial.ts';
export type { DataChannelLike, PeerConnectionLike } from '../common/transport/data-channel.ts';
export type { Reply } from './reply.ts';
export type { ServiceEvent, ServiceHealth, ServicesNews, WatchedService } from './services-news.ts';
export type { WatchOptions } from './services-watch.ts';
export type { LoginOptions, Session } from './session.ts';
export type { StreamReply } from './stream-reply.ts';
export type { ClientState } from './state.ts';
export type { Pem, TlsOptions } from './tls-options.ts';
export { MessageTooLargeError, type ClientConnection } from './link.ts';
export {
  CancelledError,
  ClientClosedError,
  ClientError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  RefusedError,
  WithdrawnError,
} from './errors.ts';
export { HubError, ProtocolError, RemoteError, RequestError } from '../common/errors/hub-error.ts';
export { Kind, type Message, type MessageInit } from '../common/protocol/message.ts';
