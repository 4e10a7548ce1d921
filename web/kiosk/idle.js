/** Notices that nobody stands there any more: a warning first, then the end. */

export const QUIET_SECONDS = 60;
export const WARNING_SECONDS = 20;

export class Idle {
  #timer = 0;
  #left = 0;
  #tell;
  #quiet;

  /** `tell` gets the seconds left while it warns, 0 at the end, and `null` when somebody is back. */
  constructor(tell, quietSeconds = QUIET_SECONDS) {
    this.#tell = tell;
    this.#quiet = quietSeconds;
  }

  /** Somebody did something. */
  touch() {
    if (this.#left) this.#tell(null);
    this.#wait(this.#quiet, 0);
  }

  rest() {
    clearTimeout(this.#timer);
    this.#left = 0;
  }

  #wait(seconds, left) {
    clearTimeout(this.#timer);
    this.#left = left;
    this.#timer = setTimeout(() => this.#step(), seconds * 1000);
  }

  #step() {
    const left = this.#left ? this.#left - 1 : WARNING_SECONDS;
    this.#tell(left);
    if (left) this.#wait(1, left);
    else this.rest();
  }
}
