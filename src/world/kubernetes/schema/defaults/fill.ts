/** Fidelity: no mechanism; what every defaulting function needs. */

/** How defaults are set: what is missing is added, and whatever lacks nothing stays the very same object. */

/** The object with those of the defaults that it lacks. */
export function filled<T extends object>(object: T, defaults: Readonly<Record<string, unknown>>): T {
  const known = object as Readonly<Record<string, unknown>>;
  let made: Record<string, unknown> | null = null;
  for (const key in defaults) {
    if (known[key] !== undefined || defaults[key] === undefined) continue;
    made ??= { ...known };
    made[key] = defaults[key];
  }
  return (made ?? known) as T;
}

/** The object with one member replaced; the same when it stays. */
export function changed<T extends object>(object: T, key: string, value: unknown): T {
  return (object as Readonly<Record<string, unknown>>)[key] === value ? object : { ...object, [key]: value };
}

/** The object with a member, where it has one, put through a function. */
export function within<T extends object, P>(object: T, key: string, change: (part: P) => P): T {
  const part = (object as Readonly<Record<string, unknown>>)[key];
  return part === undefined ? object : changed(object, key, change(part as P));
}

/** The list with every item put through a function; the same list when all stay. */
export function mapped<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  let made: T[] | null = null;
  for (let at = 0; at < list.length; at++) {
    const item = change(list[at]);
    if (item === list[at]) continue;
    made ??= [...list];
    made[at] = item;
  }
  return made ?? list;
}

/** Remembers what became of a value, and that it needs nothing more. */
export function remembered<T extends object>(change: (value: T) => T): (value: T) => T {
  const known = new WeakMap<T, T>();
  return (value) => {
    let made = known.get(value);
    if (made === undefined) {
      made = change(value);
      known.set(value, made);
      known.set(made, made);
    }
    return made;
  };
}
