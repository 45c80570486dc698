import { Content } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import { useTranslation } from '@/texts';
import type { ProjectStorage } from '@/api/generated';
import { repositoryAddress } from '@/features/repositories/addresses';
import { Bar, BarKey } from '@/shared/Bar';
import { formatBytes, repositoryInProject } from '@/shared/format';
import { Row } from '@/shared/Row';
import { Time } from '@/shared/Time';
import { colorOf, share, SHOWN, storageParts, type Part } from './storageParts';
import './texts';

/** What was older when it was answered, in milliseconds, says of when it is. */
const FRESH = 60_000;

interface Props {
  storage: ProjectStorage;
  projectId: number;
}

interface PictureProps extends Props {
  /** When it was answered, in milliseconds of `Date.now()`. */
  answeredAt: number;
}

/** Which repositories hold a project's storage, drawn to scale; of an empty project nothing is drawn. */
export function StoragePicture({ storage, projectId, answeredAt }: PictureProps) {
  const { t } = useTranslation();
  const name = useName(storage);
  if (storage.used === 0) return <Content component="p">{t('projects.storage.empty')}</Content>;
  const parts = storageParts(storage);
  const title = (part: Part) => `${name(part)}: ${formatBytes(part.bytes)}`;
  return (
    <>
      <Bar
        isLarge
        label={t('projects.storage.bar', { parts: parts.map(title).join(', ') })}
        segments={parts.map((part) => ({ key: name(part), width: part.width, color: part.color, title: title(part) }))}
      />
      <Row>
        {parts
          .filter(({ of }) => 'rest' in of)
          .map((part) => (
            <div key={name(part)}>
              <BarKey color={part.color} />
              {title(part)}
            </div>
          ))}
      </Row>
      {storage.repositories.length > 0 && <Repositories storage={storage} projectId={projectId} />}
      {answeredAt - Date.parse(storage.computed_at) > FRESH && (
        <Content component="small">
          {t('projects.storage.computed')} <Time value={storage.computed_at} />
        </Content>
      )}
    </>
  );
}

function useName({ repository_count: count, repositories }: ProjectStorage): (part: Part) => string {
  const { t } = useTranslation();
  const more = count - Math.min(repositories.length, SHOWN);
  return ({ of }) => {
    if ('repository' in of) return repositoryInProject(of.repository);
    return of.rest === 'others' ? t('projects.storage.others', { count: more }) : t(`projects.storage.${of.rest}`);
  };
}

function Repositories({ storage, projectId }: Props) {
  const { t } = useTranslation();
  const largest = storage.repositories[0]?.size ?? 0;
  return (
    <Table
      aria-label={t('projects.storage.table')}
      variant="compact"
      gridBreakPoint=""
      borders={false}
      className="m-holdings"
    >
      <Thead>
        <Tr>
          <Th width={60}>{t('projects.storage.repository')}</Th>
          <Th className="m-right" modifier="nowrap">
            {t('projects.storage.size')}
          </Th>
          <Th className="m-right" modifier="nowrap" info={{ popover: t('projects.storage.onlyHereHint') }}>
            {t('projects.storage.onlyHere')}
          </Th>
        </Tr>
      </Thead>
      <Tbody>
        {storage.repositories.slice(0, SHOWN).map(({ name, size, only_here }, index) => (
          <Tr key={name}>
            <Td dataLabel={t('projects.storage.repository')}>
              <span className="m-holder">
                <BarKey color={colorOf(index)} />
                <Link to={repositoryAddress(projectId, repositoryInProject(name))}>{repositoryInProject(name)}</Link>
              </span>
              <Bar
                segments={[
                  { key: 'only', width: share(only_here, largest), color: colorOf(index) },
                  { key: 'shared', width: share(size - only_here, largest), color: 'strong' },
                ]}
              />
            </Td>
            <Td dataLabel={t('projects.storage.size')} className="m-right" modifier="nowrap">
              {formatBytes(size)}
            </Td>
            <Td dataLabel={t('projects.storage.onlyHere')} className="m-right" modifier="nowrap">
              {formatBytes(only_here)}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
