/** What a robot can be allowed, as a matrix of resources and actions, and which of it is chosen. Pure. */

import type { CataloguedPermission } from '@/api/generated';

/** `resource:action`. */
export type Right = string;

export type Rights = ReadonlySet<Right>;

/** Everything that can be chosen; not every action exists for every resource. */
export interface Matrix {
  resources: string[];
  actions: string[];
  rights: Right[];
}

/** The most wanted first; an action that is not among them comes last. */
const ORDER = ['pull', 'push', 'list', 'read', 'create', 'update', 'delete', 'stop'];

/** Resources that belong to one repository, so that a right on them can be limited to some. */
const OF_REPOSITORIES = new Set([
  'repository',
  'artifact',
  'artifact-addition',
  'artifact-label',
  'accessory',
  'tag',
  'scan',
  'sbom',
]);

/** Chosen at once: what most robots are for. */
export const PRESETS = {
  pull: ['repository:pull'],
  push: ['repository:pull', 'repository:push'],
} as const;

export function rightOf(resource: string, action: string): Right {
  return `${resource}:${action}`;
}

/** Resource and action of a right. */
export function partsOf(right: Right): [resource: string, action: string] {
  const at = right.lastIndexOf(':');
  return [right.slice(0, at), right.slice(at + 1)];
}

/** Whether such a thing is always in one repository. */
export function isOfRepositories(resource: string): boolean {
  return OF_REPOSITORIES.has(resource);
}

/** The matrix of what `GET /permissions` lists, repositories before everything else. */
export function matrixOf(catalogue: CataloguedPermission[]): Matrix {
  const resources = unique(catalogue.map(({ resource }) => resource));
  const place = (action: string) => (ORDER.includes(action) ? ORDER.indexOf(action) : ORDER.length);
  const ofRepositories = resources.filter(isOfRepositories);
  const others = resources.filter((resource) => !isOfRepositories(resource));
  return {
    resources: [...ofRepositories.sort((a, b) => rank(a) - rank(b)), ...others],
    actions: unique(catalogue.map(({ action }) => action)).sort((a, b) => place(a) - place(b)),
    rights: catalogue.map(({ resource, action }) => rightOf(resource, action)),
  };
}

function rank(resource: string): number {
  return [...OF_REPOSITORIES].indexOf(resource);
}

/** The part of a matrix that can be limited to some repositories. */
export function limitable(matrix: Matrix): Matrix {
  const resources = matrix.resources.filter(isOfRepositories);
  const rights = matrix.rights.filter((right) => isOfRepositories(partsOf(right)[0]));
  const actions = matrix.actions.filter((action) => rights.some((right) => partsOf(right)[1] === action));
  return { resources, actions, rights };
}

export function rowOf(matrix: Matrix, resource: string): Right[] {
  return matrix.rights.filter((right) => partsOf(right)[0] === resource);
}

export function columnOf(matrix: Matrix, action: string): Right[] {
  return matrix.rights.filter((right) => partsOf(right)[1] === action);
}

/** Whether all of them are chosen, none, or some: null, as checkboxes have it. */
export function chosen(rights: Rights, cells: Right[]): boolean | null {
  const count = cells.filter((cell) => rights.has(cell)).length;
  if (count === 0) return false;
  return count === cells.length ? true : null;
}

/** The rights with these chosen, or not. */
export function choose(rights: Rights, cells: readonly Right[], on: boolean): Rights {
  const after = new Set(rights);
  for (const cell of cells) {
    if (on) after.add(cell);
    else after.delete(cell);
  }
  return after;
}

/** Rights by resource, each with its actions, in the order they are given. */
export function byResource(rights: Iterable<Right>): [resource: string, actions: string[]][] {
  const found = new Map<string, string[]>();
  for (const right of rights) {
    const [resource, action] = partsOf(right);
    found.set(resource, [...(found.get(resource) ?? []), action]);
  }
  return [...found];
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
