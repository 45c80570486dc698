import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import { Empty } from '@/shared/Empty';
import { record } from './details';
import { useListAddition } from './useAddition';
import './texts';

const FIELDS = ['name', 'version', 'repository', 'condition'] as const;

/** The charts a Helm chart needs. */
export default function DependenciesTab() {
  const { t } = useTranslation();
  const dependencies = useListAddition('dependencies').map(record);
  if (dependencies.length === 0) return <Empty title={t('artifacts.dependencies.none')} />;
  const shown = FIELDS.filter((field) => dependencies.some((dependency) => dependency[field]));
  return (
    <Table aria-label={t('artifacts.dependencies.list')} variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          {shown.map((field) => (
            <Th key={field}>{t(`artifacts.dependencies.${field}`)}</Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>
        {dependencies.map((dependency, index) => (
          <Tr key={index}>
            {shown.map((field) => (
              <Td key={field} dataLabel={t(`artifacts.dependencies.${field}`)} modifier="breakWord">
                {typeof dependency[field] === 'string' ? dependency[field] : ''}
              </Td>
            ))}
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
