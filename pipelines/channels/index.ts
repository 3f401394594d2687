export type { Attachment, Channel, ChannelKind, Content, Delivery } from './channel.ts';
export { DeliveryError } from './errors.ts';
export { deliverNext } from './outbox/deliver.ts';
export { postMessage, type OutgoingMessage } from './outbox/post-message.ts';
export { readDeliveryLog, type DeliveryLogLine } from './outbox/read-log.ts';
export { channelKind, openChannel } from './registry.ts';
export type { ChannelSettings } from './settings.ts';
