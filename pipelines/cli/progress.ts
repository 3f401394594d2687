import pc from 'picocolors';

export interface ProgressLine {
  readonly label: string;
  /** Rows, models, … done so far. */
  readonly done: number;
  /** What `done` will be at the end, when it is known. */
  readonly total?: number | undefined;
  /** Share done, 0 to 1, where no total is known but the position is (e.g. the time window read so far). */
  readonly share?: number | undefined;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  readonly note?: string | undefined;
}

export interface Progress {
  update(lines: readonly ProgressLine[]): void;
  /** Leaves the last state on the screen; on a log, says what was not said yet. */
  finish(): void;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const LOG_EVERY_MS = 5_000;

/** Bars that redraw in place on a terminal; elsewhere a plain line per task every few seconds and at its end. Written to stderr. */
export function startProgress(unit: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? new TerminalProgress(unit, stream) : new LogProgress(unit, stream);
}

/** `12s`, `3m 05s`, `2h 10m`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3_600)}h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, '0')}m`;
}

class Pace {
  readonly #started = new Map<string, { at: number; done: number }>();

  describe(line: ProgressLine, unit: string): string {
    const counts =
      line.total === undefined ? format(line.done) : `${format(line.done)}/${format(line.total)}`;
    if (line.state === 'waiting') return 'waiting';
    if (line.state === 'skipped') return line.note ?? 'skipped';
    if (line.state === 'failed') return `failed${line.note === undefined ? '' : `: ${line.note}`}`;
    const start = this.#started.get(line.label) ?? { at: Date.now(), done: line.done };
    this.#started.set(line.label, start);
    const seconds = (Date.now() - start.at) / 1_000;
    const perSecond = seconds > 0.5 ? (line.done - start.done) / seconds : 0;
    const parts = [`${counts} ${unit}`];
    if (line.state === 'running' && perSecond > 0) {
      parts.push(`${format(Math.round(perSecond))} ${unit}/s`);
      const share = shareOf(line);
      if (share !== undefined && share > 0.01 && share < 1)
        parts.push(`${humanDuration(((1 - share) / share) * seconds * 1_000)} left`);
    }
    if (line.note !== undefined) parts.push(line.note);
    return parts.join(' · ');
  }
}

class TerminalProgress implements Progress {
  readonly #unit: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #pace = new Pace();
  #lines: readonly ProgressLine[] = [];
  #drawn = 0;
  #drawnAt = 0;

  constructor(unit: string, stream: NodeJS.WriteStream) {
    this.#unit = unit;
    this.#stream = stream;
  }

  update(lines: readonly ProgressLine[]): void {
    this.#lines = lines;
    if (Date.now() - this.#drawnAt >= REDRAW_MS) this.#draw();
  }

  finish(): void {
    this.#draw();
    this.#drawn = 0;
  }

  #draw(): void {
    this.#drawnAt = Date.now();
    const width = Math.max(0, ...this.#lines.map(({ label }) => label.length));
    const columns = this.#stream.columns || 100;
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    const text = this.#lines.map((line) => {
      const plain = `${line.label.padEnd(width)}  ${bar(line)}  ${this.#pace.describe(line, this.#unit)}`;
      return `\x1b[2K${colour(line.state)(plain.slice(0, columns - 1))}\n`;
    });
    this.#stream.write(up + text.join(''));
    this.#drawn = this.#lines.length;
  }
}

class LogProgress implements Progress {
  readonly #unit: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #pace = new Pace();
  readonly #said = new Map<string, { at: number; state: ProgressLine['state'] }>();
  #lines: readonly ProgressLine[] = [];

  constructor(unit: string, stream: NodeJS.WriteStream) {
    this.#unit = unit;
    this.#stream = stream;
  }

  update(lines: readonly ProgressLine[]): void {
    this.#lines = lines;
    for (const line of lines) {
      const said = this.#said.get(line.label) ?? { at: Date.now(), state: 'waiting' as const };
      this.#said.set(line.label, said);
      const changed = said.state !== line.state && line.state !== 'running';
      if (changed || (line.state === 'running' && Date.now() - said.at >= LOG_EVERY_MS)) this.#say(line);
    }
  }

  finish(): void {
    this.update(this.#lines);
  }

  #say(line: ProgressLine): void {
    this.#said.set(line.label, { at: Date.now(), state: line.state });
    this.#stream.write(
      `${line.label}: ${line.state === 'done' ? 'done, ' : ''}${this.#pace.describe(line, this.#unit)}\n`,
    );
  }
}

function shareOf(line: ProgressLine): number | undefined {
  if (line.state === 'done') return 1;
  return line.total ? Math.min(1, line.done / line.total) : line.share;
}

function bar(line: ProgressLine): string {
  const filled = Math.round((shareOf(line) ?? 0) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
}

function colour(state: ProgressLine['state']): (text: string) => string {
  if (state === 'done') return pc.green;
  if (state === 'failed') return pc.red;
  return state === 'running' ? pc.reset : pc.dim;
}

function format(count: number): string {
  return count.toLocaleString('en-US').replaceAll(',', ' ');
}
