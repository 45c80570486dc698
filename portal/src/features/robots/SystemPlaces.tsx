import { Button, Content, Flex, FlexItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { listProjects, type ProjectView } from '@/api/generated';
import { body } from '@/api/pages';
import { SearchSelect } from '@/features/users/SearchSelect';
import { buildQuery } from '@/shared/query';
import { EVERY_PROJECT, newGrant, type Grant } from './grants';
import { Grants } from './Grants';
import { PRESETS, type Matrix } from './rights';
import './texts';

/** How many projects a search shows. */
const SHOWN = 10;

function searchProjects(name: string): Promise<ProjectView[]> {
  const q = buildQuery([{ key: 'name', comparison: 'contains', value: name }]);
  return body(listProjects({ query: { q, sort: 'name', page_size: SHOWN, with_detail: false } }));
}

interface Props {
  grants: Grant[];
  matrix: Matrix;
  onChange: (grants: Grant[]) => void;
}

/** The projects a robot of the system has rights in: every one, or those that are chosen. */
export function SystemPlaces({ grants, matrix, onChange }: Props) {
  const { t } = useTranslation();
  const add = (namespace: string) => onChange([...grants, newGrant('project', namespace, PRESETS.pull)]);
  const isEverywhere = grants.some(({ namespace }) => namespace === EVERY_PROJECT);
  return (
    <>
      <Content component="p">{t('robots.placesHint')}</Content>
      <Grants grants={grants} matrix={matrix} onChange={onChange}>
        <Flex>
          <FlexItem>
            <SearchSelect
              label={t('robots.addProject')}
              title={t('titles.projects')}
              queryKey={['robot-places']}
              search={searchProjects}
              itemKey={(project) => project.project_id}
              itemName={(project) => project.name}
              onChoose={(project) => add(project.name)}
            />
          </FlexItem>
          <FlexItem>
            <Button variant="secondary" isDisabled={isEverywhere} onClick={() => add(EVERY_PROJECT)}>
              {t('robots.addEveryProject')}
            </Button>
          </FlexItem>
        </Flex>
      </Grants>
    </>
  );
}
