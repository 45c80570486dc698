/** What the API knows of an artifact's configuration: its shape depends on who built it, so nothing is taken for granted. Pure. */

import type { ArtifactView, ReferenceView } from '@/api/generated';

/** The configuration of an image, as far as it is there. */
export interface ImageDetails {
  os: string;
  architecture: string;
  variant: string;
  osVersion: string;
  created: string;
  author: string;
  user: string;
  workingDir: string;
  stopSignal: string;
  entrypoint: string[];
  command: string[];
  /** `NAME=value` as names and values. */
  environment: Record<string, string>;
  ports: string[];
  volumes: string[];
  labels: Record<string, string>;
}

export function imageDetails(attributes: unknown): ImageDetails {
  const top = record(attributes);
  const config = record(top.config);
  return {
    os: text(top.os),
    architecture: text(top.architecture),
    variant: text(top.variant),
    osVersion: text(top['os.version']),
    created: text(top.created),
    author: text(top.author),
    user: text(config.User),
    workingDir: text(config.WorkingDir),
    stopSignal: text(config.StopSignal),
    entrypoint: list(config.Entrypoint),
    command: list(config.Cmd),
    environment: environment(list(config.Env)),
    ports: Object.keys(record(config.ExposedPorts)).sort(byNumber),
    volumes: Object.keys(record(config.Volumes)).sort(),
    labels: texts(config.Labels),
  };
}

/** A value as an object; empty when it is none. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function environment(lines: string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.indexOf('=');
      return end === -1 ? [line, ''] : [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

function byNumber(one: string, other: string): number {
  return parseInt(one, 10) - parseInt(other, 10) || one.localeCompare(other);
}

/** Words of a command as a shell would take them. */
export function shellWords(words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

const INDEXES = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** Whether an artifact is a list of others. */
export function isIndex(artifact: Pick<ArtifactView, 'manifest_media_type'>): boolean {
  return INDEXES.has(artifact.manifest_media_type);
}

const OF_WHAT = 'vnd.docker.reference.digest';
const WHAT = 'vnd.docker.reference.type';

/** What BuildKit puts beside the images of an index: provenance and SBOMs, which nothing can run. */
export function isAttestation(reference: Pick<ReferenceView, 'annotations' | 'platform'>): boolean {
  if (reference.annotations?.[WHAT] === 'attestation-manifest') return true;
  return reference.platform?.os === 'unknown' && reference.platform.architecture === 'unknown';
}

/** The digest of the image that an attestation is about. */
export function attestedDigest(reference: Pick<ReferenceView, 'annotations'>): string | undefined {
  return reference.annotations?.[OF_WHAT];
}
