/** Work to be done at a moment of the stand-in's time. */
interface Appointment {
  readonly at: number;
  readonly run: () => void | Promise<void>;
}

/**
 * The stand-in's time in whole unix seconds. It is the machine's until somebody sets it; then it stands still and moves only by
 * `set` and `advance`, so a test can live through a month of CRM life, or an hour of webhook retries, at once.
 */
export class StandInClock {
  #fixed: number | undefined;
  #appointments: Appointment[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Unix seconds. */
  now(): number {
    return this.#fixed ?? Math.floor(Date.now() / 1000);
  }

  /** Stops the clock at a moment (unix seconds) and does everything that was due by then. */
  async set(unixSeconds: number): Promise<void> {
    if (this.#fixed === undefined) this.#clearTimers();
    this.#fixed = Math.min(this.now(), unixSeconds);
    for (;;) {
      this.#appointments.sort((left, right) => left.at - right.at);
      const next = this.#appointments[0];
      if (next === undefined || next.at > unixSeconds) break;
      this.#appointments.shift();
      // It happens at its own moment: what it puts off is put off from there, not from where the clock is going.
      this.#fixed = Math.max(this.#fixed, next.at);
      await next.run();
    }
    this.#fixed = unixSeconds;
  }

  /** Moves the clock; it stands still afterwards. */
  async advance(seconds: number): Promise<void> {
    await this.set(this.now() + seconds);
  }

  /** Back to the machine's time. */
  release(): void {
    this.#fixed = undefined;
    for (const appointment of this.#appointments) this.#arm(appointment);
  }

  /** Does `run` after so many seconds of the stand-in's time. */
  after(seconds: number, run: () => void | Promise<void>): void {
    const appointment = { at: this.now() + seconds, run };
    this.#appointments.push(appointment);
    if (this.#fixed === undefined) this.#arm(appointment);
  }

  stop(): void {
    this.#clearTimers();
    this.#appointments = [];
  }

  #arm(appointment: Appointment): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        if (!this.#appointments.includes(appointment)) return;
        this.#appointments = this.#appointments.filter((other) => other !== appointment);
        void appointment.run();
      },
      Math.max(0, appointment.at - this.now()) * 1000,
    );
    timer.unref();
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
