/** What a tab remembers: the resume token and display switches. Where storage is forbidden, nothing. */
export class Store {
  #key;

  constructor(server) {
    this.#key = `banyi:${server}`;
  }

  get(name) {
    return attempt(() => JSON.parse(sessionStorage.getItem(this.#key))?.[name]);
  }

  set(name, value) {
    const all = attempt(() => JSON.parse(sessionStorage.getItem(this.#key)));
    attempt(() => sessionStorage.setItem(this.#key, JSON.stringify({ ...all, [name]: value })));
  }

  clear() {
    attempt(() => sessionStorage.removeItem(this.#key));
  }
}

function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
