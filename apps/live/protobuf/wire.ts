/** What a body in protobuf can't be read for. */
export class ProtobufError extends Error {}

const utf8 = new TextDecoder('utf-8');

/** Reads the wire format of protocol buffers from some bytes. Throws ProtobufError where they end too early. */
export class Wire {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A signed number; beyond 2^53 its last digits are lost. */
  integer(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.done) throw new ProtobufError('the body ends too early');
      const byte = this.#bytes[this.#at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw new ProtobufError('a number is too long');
  }

  chunk(): Uint8Array {
    return this.#take(this.integer());
  }

  text(): string {
    return utf8.decode(this.chunk());
  }

  double(): number {
    const bytes = this.#take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }

  skip(wireType: number): void {
    if (wireType === 0) this.integer();
    else if (wireType === 1) this.#take(8);
    else if (wireType === 2) this.chunk();
    else if (wireType === 5) this.#take(4);
    else throw new ProtobufError(`there is no wire type ${wireType}`);
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new ProtobufError('the body ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** Numbers and texts of a small message, by field number, in their order. */
export function smallFields(
  bytes: Uint8Array,
): readonly (readonly [field: number, value: number | string])[] {
  const wire = new Wire(bytes);
  const fields: (readonly [number, number | string])[] = [];
  while (!wire.done) {
    const key = wire.integer();
    if ((key & 7) === 0) fields.push([key >>> 3, wire.integer()]);
    else if ((key & 7) === 2) fields.push([key >>> 3, wire.text()]);
    else wire.skip(key & 7);
  }
  return fields;
}
