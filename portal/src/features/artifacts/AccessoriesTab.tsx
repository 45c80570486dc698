import { Button, Stack, StackItem, Title } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import type { AccessoryView } from '@/api/generated';
import AccessoryTree from '@/features/repositories/AccessoryTree';
import { Empty } from '@/shared/Empty';
import { useReferrers } from './registry';
import { useArtifact } from './useArtifact';
import './texts';

/** Rows at once. */
const STEP = 100;

const NONE = {};

/** What is attached to an artifact, and what is attached to that. */
export default function AccessoriesTab() {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const types = useReferrers(artifact).data ?? {};
  const accessories = artifact.accessories ?? [];
  const inherited = artifact.inherited_accessories ?? [];
  if (accessories.length === 0 && inherited.length === 0) return <Empty title={t('artifacts.accessories.none')} />;
  return (
    <Stack hasGutter>
      {accessories.length > 0 && (
        <StackItem>
          <Shortened accessories={accessories} types={types} />
        </StackItem>
      )}
      {inherited.length > 0 && (
        <StackItem>
          <Title headingLevel="h2" size="lg">
            {t('artifacts.accessories.inherited')}
          </Title>
          <Shortened accessories={inherited} types={NONE} />
        </StackItem>
      )}
    </Stack>
  );
}

interface Props {
  accessories: AccessoryView[];
  types: Record<string, string>;
}

/** There can be a thousand: the first ones, and the others when they are asked for. */
function Shortened({ accessories, types }: Props) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(STEP);
  const more = Math.min(STEP, accessories.length - shown);
  return (
    <>
      <AccessoryTree accessories={accessories.slice(0, shown)} types={types} />
      {more > 0 && (
        <Button variant="link" onClick={() => setShown(shown + STEP)}>
          {t('artifacts.accessories.more', { count: more })}
        </Button>
      )}
    </>
  );
}
