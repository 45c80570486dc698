import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import { Breakable } from './Breakable';
import './artifacts.css';
import './texts';

/** Names and their values, of a size nobody knows beforehand: annotations, environment, labels. */
export function Values({ label, values }: { label: string; values: Readonly<Record<string, string>> }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={label} variant="compact" gridBreakPoint="" borders={false} className="m-values m-flush">
      <Thead>
        <Tr>
          <Th>{t('common.name')}</Th>
          <Th>{t('artifacts.value')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {Object.entries(values)
          .sort(([one], [other]) => one.localeCompare(other))
          .map(([name, value]) => (
            <Tr key={name}>
              <Td modifier="breakWord">
                <Breakable text={name} />
              </Td>
              <Td modifier="breakWord">
                <Breakable text={value} />
              </Td>
            </Tr>
          ))}
      </Tbody>
    </Table>
  );
}
