import { checkSetting } from './statements/settings.ts';
import { Refusal } from './statements/refusal.ts';
import { SessionEndError } from './wire/errors.ts';

/** Names in the startup message that are not settings. */
const NO_SETTINGS = new Set(['user', 'database', 'options', 'replication']);

const IN_TRANSACTION = 'idle_in_transaction_session_timeout';

export interface FixedSettings {
  readonly role: string;
  readonly timeZone: string;
  readonly statementTimeoutMs: number;
}

/**
 * The settings a session's backend starts with: those of the server, and those the client brought that a session may set. The time zone a
 * driver brings along is the one of its machine, by which the days of the KPIs must not move; SET TIME ZONE changes it. Throws
 * {@link SessionEndError}.
 */
export function startupSettings(
  parameters: ReadonlyMap<string, string>,
  fixed: FixedSettings,
): Map<string, string> {
  if (parameters.has('replication')) {
    throw new SessionEndError('42501', 'Replication is not open to this session.');
  }
  const asked = new Map([...parameters].filter(([name]) => !NO_SETTINGS.has(name.toLowerCase())));
  for (const [name, value] of readOptions(parameters.get('options') ?? '')) asked.set(name, value);
  const settings = new Map<string, string>();
  for (const [name, value] of asked) {
    if (name.toLowerCase() === 'timezone') continue;
    settings.set(name, checked(name, value, fixed.statementTimeoutMs));
  }
  if (!settings.has('statement_timeout')) settings.set('statement_timeout', `${fixed.statementTimeoutMs}ms`);
  // The role's own minute would end cursors that a person scrolls through.
  if (!settings.has(IN_TRANSACTION)) settings.set(IN_TRANSACTION, '10min');
  settings.set('default_transaction_read_only', 'on');
  settings.set('TimeZone', fixed.timeZone);
  settings.set('voronka.role', fixed.role);
  return settings;
}

function checked(name: string, value: string, statementTimeoutMs: number): string {
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new SessionEndError('42704', `There is no setting "${name}".`);
  try {
    return checkSetting({ name, values: [value] }, statementTimeoutMs) ?? value;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new SessionEndError(error.sqlState, error.message, error.hint);
  }
}

/** `-c name=value` and `--name=value`, as PGOPTIONS has them; a backslash takes the next character as it is. */
function readOptions(text: string): [string, string][] {
  const words = [...text.matchAll(/(?:\\.|[^\s\\])+/g)].map(([word]) => word.replace(/\\(.)/g, '$1'));
  const settings: [string, string][] = [];
  for (let index = 0; index < words.length; index += 1) {
    let word = words[index]!;
    if (word === '-c') word = words[(index += 1)] ?? '';
    else if (word.startsWith('-c')) word = word.slice(2);
    else if (word.startsWith('--')) word = word.slice(2);
    else throw new SessionEndError('42601', `The option ${word} is not known; write -c name=value.`);
    const at = word.indexOf('=');
    if (at < 1) throw new SessionEndError('42601', `The option ${word} sets nothing; write -c name=value.`);
    settings.push([word.slice(0, at).replaceAll('-', '_'), word.slice(at + 1)]);
  }
  return settings;
}
