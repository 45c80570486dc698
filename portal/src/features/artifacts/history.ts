/** The build history of an image: what its steps did, and the layers that came of it. Pure. */

/** A step as the image's configuration has it (OCI Image, "Image Configuration"). */
export interface Step {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
}

export interface Layer {
  digest: string;
  /** Bytes, compressed. */
  size: number;
  mediaType: string;
}

export interface Command {
  /** Of a Dockerfile, such as RUN; empty where a tool wrote something else. */
  instruction: string;
  text: string;
}

export interface HistoryRow {
  command: Command;
  /** As it is in the image. */
  full: string;
  created: string | undefined;
  comment: string;
  /** Null where the step changed no files, or where the manifest is not known. */
  layer: Layer | null;
  isEmpty: boolean;
}

const INSTRUCTION =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s+(.*)$/s;
/** The classic builder's mark of a step that ran nothing. */
const NOT_RUN = /^\/bin\/sh -c #\(nop\)\s*/;
/** `|2 A=1 B=2`: build arguments before what was run. */
const ARGUMENTS = /^\|(\d+)\s/;
const SHELLS = [
  /(?:^|\s)\/(?:usr\/)?bin\/(?:ba|da|a|z)?sh(?: -[a-z]+(?: pipefail)?)* -[a-z]*c(?: pipefail -c)?\s+/,
  /(?:^|\s)cmd(?:\.exe)? \/S \/C\s+/i,
  /(?:^|\s)powershell(?:\.exe)? (?:-\w+ )*?-Command\s+/i,
];
const BUILDKIT = /\s*# buildkit\s*$/;
/** `map[8443/tcp:{} 9090/tcp:{}]`: how Go prints exposed ports and volumes. */
const GO_MAP = /^map\[(.*)\]$/;
/** Digests of files that were copied say little at that length. */
const LONG_HASH = /\b((?:file|dir|multi):[0-9a-f]{12})[0-9a-f]{52}\b/g;

/** What a step did, without what the builder wrapped it in. */
export function readCommand(createdBy: string): Command {
  const wrapped = createdBy.trim().replace(BUILDKIT, '');
  const quiet = wrapped.replace(NOT_RUN, '');
  const found = INSTRUCTION.exec(quiet);
  if (found !== null && found[1] !== 'RUN') return command(found[1], withoutMap(found[2] ?? ''));
  if (found !== null) return command('RUN', withoutShell(found[2] ?? ''));
  if (quiet !== wrapped) return command('', quiet);
  const run = withoutShell(wrapped);
  return command(run === wrapped ? '' : 'RUN', run);
}

function command(instruction = '', text: string): Command {
  return { instruction, text: text.replace(LONG_HASH, '$1').replace(/\s+/g, ' ').trim() };
}

function withoutMap(text: string): string {
  const found = GO_MAP.exec(text.trim());
  return found === null ? text : (found[1] ?? '').replaceAll(':{}', '');
}

function withoutShell(text: string): string {
  const marked = ARGUMENTS.exec(text);
  for (const shell of SHELLS) {
    const found = shell.exec(text);
    // Before the shell there is nothing but build arguments, or it is a part of the command.
    if (found !== null && (found.index === 0 || marked !== null)) return text.slice(found.index + found[0].length);
  }
  if (marked === null) return text;
  // An image with a shell of its own: the arguments are told by their number.
  const words = text.slice(marked[0].length).split(' ');
  return words.slice(Number(marked[1])).join(' ');
}

/** Every step with its layer: layers belong to the steps that are not empty, in order (OCI Image, "history"). */
export function joinHistory(steps: Step[], layers: Layer[] | null): HistoryRow[] {
  const left = [...(layers ?? [])];
  const rows = steps.map((step): HistoryRow => {
    const isEmpty = step.empty_layer === true;
    return {
      command: readCommand(step.created_by ?? ''),
      full: step.created_by ?? '',
      created: step.created,
      comment: step.comment ?? '',
      layer: isEmpty ? null : (left.shift() ?? null),
      isEmpty,
    };
  });
  // Tools that squash or write no history leave layers that no step tells of.
  const untold = left.map((layer): HistoryRow => ({
    command: { instruction: '', text: '' },
    full: '',
    created: undefined,
    comment: '',
    layer,
    isEmpty: false,
  }));
  return [...rows, ...untold];
}

/** Bytes of all layers. */
export function totalSize(layers: Layer[]): number {
  return layers.reduce((sum, layer) => sum + layer.size, 0);
}

/** Between 0 and 100, for a bar; what is there at all can be seen. */
export function share(size: number, whole: number): number {
  if (whole <= 0 || size <= 0) return 0;
  return Math.max(0.5, Math.min(100, (100 * size) / whole));
}
