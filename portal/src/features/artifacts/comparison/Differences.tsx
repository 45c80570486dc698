import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import { Digest } from '@/shared/Copy';
import { Breakable } from '../Breakable';
import { Part } from '../Part';
import { differing, type Change, type Difference } from './compare';
import './comparison.css';
import '@/features/artifacts/texts';

const COLORS = { same: 'grey', changed: 'blue', added: 'green', removed: 'orange' } as const satisfies Record<
  Change,
  string
>;

const DIGEST = /^sha\d+:[0-9a-f]{64,}$/;

interface Props {
  title: string;
  differences: Difference[];
  isEqualShown: boolean;
}

/** Names with their values on both sides; those that are equal only when they are wanted. */
export function Differences({ title, differences, isEqualShown }: Props) {
  const { t } = useTranslation();
  if (differences.length === 0) return null;
  const different = differing(differences);
  const shown = isEqualShown ? differences : different;
  return (
    <Part
      title={`${title}: ${different.length === 0 ? t('artifacts.comparison.equal') : t('artifacts.comparison.differ', { count: different.length })}`}
    >
      {shown.length > 0 && (
        <Table aria-label={title} variant="compact" gridBreakPoint="grid-md" className="m-flush">
          <Thead>
            <Tr>
              <Th width={20}>{t('artifacts.comparison.name')}</Th>
              <Th width={35}>{t('artifacts.comparison.left')}</Th>
              <Th width={35}>{t('artifacts.comparison.right')}</Th>
              <Th>{t('artifacts.comparison.change')}</Th>
            </Tr>
          </Thead>
          <Tbody>
            {shown.map(({ name, left, right, change }) => (
              <Tr key={name}>
                <Td dataLabel={t('artifacts.comparison.name')} modifier="breakWord">
                  <Breakable text={name} />
                </Td>
                <Td dataLabel={t('artifacts.comparison.left')} modifier="breakWord">
                  <Value value={left} />
                </Td>
                <Td dataLabel={t('artifacts.comparison.right')} modifier="breakWord">
                  <Value value={right} />
                </Td>
                <Td dataLabel={t('artifacts.comparison.change')}>
                  <Label isCompact color={COLORS[change]}>
                    {t(`artifacts.comparison.changes.${change}`)}
                  </Label>
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
    </Part>
  );
}

function Value({ value }: { value: string | undefined }) {
  if (value === undefined) return null;
  return DIGEST.test(value) ? <Digest value={value} /> : <code className="m-value">{value}</code>;
}
