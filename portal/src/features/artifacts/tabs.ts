/** The parts of an artifact's page, each shown where the artifact has it. Pure. */

import type { ArtifactView } from '@/api/generated';
import { isIndex } from './details';

export const TABS = [
  'overview',
  'platforms',
  'history',
  'readme',
  'values',
  'dependencies',
  'files',
  'license',
  'sbom',
  'accessories',
  'manifest',
] as const;

export type Tab = (typeof TABS)[number];

/** Tabs that show an addition of the API, by its name there. */
const ADDITIONS: Partial<Record<Tab, string>> = {
  history: 'build_history',
  readme: 'readme.md',
  values: 'values.yaml',
  dependencies: 'dependencies',
  files: 'files',
  license: 'license',
};

/** Harbor's type of an SBOM; its addition has no link. */
const SBOM = 'SBOM';

/** `mayPull`: whether its visitor may read the manifest, which the API does not show. */
export function tabsOf(artifact: ArtifactView, mayPull: boolean): Tab[] {
  return TABS.filter((tab) => {
    const addition = ADDITIONS[tab];
    if (addition !== undefined) return addition in (artifact.addition_links ?? {});
    if (tab === 'platforms') return isIndex(artifact);
    if (tab === 'accessories') {
      return Boolean(artifact.accessories?.length) || Boolean(artifact.inherited_accessories?.length);
    }
    if (tab === 'sbom') return artifact.type === SBOM;
    return tab === 'overview' || mayPull;
  });
}
