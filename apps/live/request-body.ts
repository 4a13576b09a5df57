import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { readJson } from '../../src/run/client-json.ts';
import { decodeProtobuf, isProtobuf } from './protobuf/decode.ts';
import { ProtobufError } from './protobuf/wire.ts';

/** What a server of the API takes: the request limit of kube-apiserver. */
export const bodyBytesMax = 3 * 1024 * 1024;

/** A body that is refused, with the Status that says so. */
export class BodyError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The whole body; rejects one that is too large, without reading it to its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > bodyBytesMax)
      throw new BodyError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyBytesMax}`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

export interface Body {
  readonly value: unknown;
  readonly duplicates: readonly string[];
}

const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** The value that a body holds by its media type; null when there is none. */
export function decodeBody(body: Buffer, contentType: string): Body {
  if (body.length === 0) return { value: null, duplicates: [] };
  const mediaType = contentType.split(';')[0]!.trim().toLowerCase();
  if (mediaType === 'application/vnd.kubernetes.protobuf' || isProtobuf(body)) return protobufBody(body);
  if (mediaType === '' || mediaType.endsWith('/json') || mediaType.endsWith('+json')) return jsonBody(body);
  if (mediaType.endsWith('/yaml') || mediaType.endsWith('+yaml')) return yamlBody(body);
  throw new BodyError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

function protobufBody(body: Buffer): Body {
  try {
    return { value: decodeProtobuf(body), duplicates: [] };
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new BodyError(
      400,
      'BadRequest',
      `the body of the request is not readable protobuf: ${error.message}`,
    );
  }
}

function jsonBody(body: Buffer): Body {
  const read = readJson(body.toString('utf8'));
  if (read === null) throw new BodyError(400, 'BadRequest', 'the body of the request is not JSON');
  return read;
}

/** Server-side apply takes YAML, of which JSON is a part. */
function yamlBody(body: Buffer): Body {
  try {
    return {
      value: parseYaml(body.toString('utf8'), { maxAliasCount: 100, uniqueKeys: false }),
      duplicates: [],
    };
  } catch (error) {
    throw new BodyError(
      400,
      'BadRequest',
      `the body of the request is not YAML: ${(error as Error).message.split('\n')[0]}`,
    );
  }
}
