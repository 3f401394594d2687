import { readSecret } from '../../config/secrets.ts';
import type { ChannelKind } from '../channel.ts';
import { checkAnswer, post } from '../post.ts';
import { slackSettings } from './settings.ts';

/** https://api.slack.com/reference/block-kit/blocks#section: a text of 3000 characters at most. */
const LONGEST_TEXT = 2_900;

export const slack: ChannelKind<typeof slackSettings> = {
  type: 'slack',
  settings: slackSettings,
  // Webhooks take text only.
  split: ({ subject, text, brief }) => [{ subject, text: brief ?? text }],
  open: ({ url_env: variable }, environment) => {
    const url = readSecret(variable, 'the address of the incoming webhook', environment);
    return {
      repeats: 'seen',
      async send({ content, isRepeat }) {
        const title = `${isRepeat ? '↻ ' : ''}${content.subject}`;
        const answer = await post('Slack', url, {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            text: `*${escape(title)}*\n${escape(content.text).slice(0, LONGEST_TEXT)}`,
          }),
        });
        checkAnswer('Slack', answer);
        return null;
      },
      close: () => undefined,
    };
  },
};

/** https://api.slack.com/reference/surfaces/formatting#escaping */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
