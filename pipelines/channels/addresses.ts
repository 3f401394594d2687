/** What an address is to each kind of channel; the configuration is checked by it, so nothing heavy is imported here. */
export const ADDRESSES: Readonly<
  Record<string, { readonly hint: string; readonly pattern: RegExp; readonly isOptional: boolean }>
> = {
  email: { hint: 'an e-mail address', pattern: /^[^\s@]+@[^\s@]+$/, isOptional: false },
  telegram: { hint: 'the id of a chat, or @name of a channel', pattern: /^(-?\d+|@\w+)$/, isOptional: false },
  slack: { hint: 'nothing (the webhook knows its channel)', pattern: /^.*$/, isOptional: true },
  webhook: { hint: 'a word of your choice, which is sent along', pattern: /^.*$/, isOptional: true },
  folder: {
    hint: 'a folder below the channel’s path, or nothing',
    pattern: /^(?!\/)(?!.*\.\.)[^\\:]*$/,
    isOptional: true,
  },
};
