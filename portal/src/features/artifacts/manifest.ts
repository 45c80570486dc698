/** Manifests as the registry has them (OCI Image, "Image Manifest" and "Image Index"). Pure. */

import { record } from './details';
import type { Layer } from './history';

export interface Descriptor {
  digest: string;
  /** Bytes. */
  size: number;
  mediaType: string;
  annotations: Record<string, string>;
}

export interface Manifest {
  /** Exactly as it was pushed: its digest is of this. */
  text: string;
  config: Descriptor | undefined;
  layers: Descriptor[];
  annotations: Record<string, string>;
}

export function parseManifest(text: string): Manifest {
  const document = record(parsed(text));
  return {
    text,
    config: descriptor(document.config),
    layers: descriptors(document.layers ?? document.blobs),
    annotations: strings(document.annotations),
  };
}

/** A document with a line for every value; as it is when it is no JSON. */
export function pretty(text: string): string {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

export function isJson(mediaType: string): boolean {
  return /[/+]json(;|$)/.test(mediaType);
}

/** The layers of an image, of its manifest. */
export function layersOf(manifest: Manifest): Layer[] {
  return manifest.layers.map(({ digest, size, mediaType }) => ({ digest, size, mediaType }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function descriptors(value: unknown): Descriptor[] {
  return Array.isArray(value) ? value.map(descriptor).filter((one) => one !== undefined) : [];
}

function descriptor(value: unknown): Descriptor | undefined {
  const { digest, size, mediaType, annotations } = record(value);
  if (typeof digest !== 'string' || typeof size !== 'number') return undefined;
  return {
    digest,
    size,
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    annotations: strings(annotations),
  };
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
