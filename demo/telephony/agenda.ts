/** Things by their moment, earliest first; of one moment, in the order they were put in. */
export class Agenda<T extends { readonly at: number }> {
  private readonly entries: { readonly order: number; readonly thing: T }[] = [];
  private count = 0;

  add(thing: T): void {
    const { entries } = this;
    const entry = { order: (this.count += 1), thing };
    let place = entries.length;
    entries.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent]!;
      if (!isBefore(entry, above)) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  next(): T | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined || first === last) return first?.thing;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1]!, entries[child]!)) child += 1;
      if (!isBefore(entries[child]!, last)) break;
      entries[place] = entries[child]!;
      place = child;
    }
    entries[place] = last;
    return first.thing;
  }
}

interface Entry {
  readonly order: number;
  readonly thing: { readonly at: number };
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.thing.at < right.thing.at || (left.thing.at === right.thing.at && left.order < right.order);
}
