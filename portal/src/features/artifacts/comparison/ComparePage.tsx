import { Alert, Button, Flex, FlexItem, PageSection, Stack, StackItem, Switch } from '@patternfly/react-core';
import ExchangeAltIcon from '@patternfly/react-icons/dist/esm/icons/exchange-alt-icon';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { useSearchParams } from 'react-router';
import { Waiting } from '@/app/Waiting';
import { useRepository } from '@/features/repositories/useRepository';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { PageHeader } from '@/shared/PageHeader';
import { artifactOptions } from '../useArtifact';
import { ArtifactPicker } from './ArtifactPicker';
import { Comparison } from './Comparison';
import '@/features/artifacts/texts';

/** Two artifacts of a repository, side by side. */
export default function ComparePage() {
  const { t } = useTranslation();
  const repository = useRepository();
  const { project, name } = repository;
  const [parameters, setParameters] = useSearchParams();
  const references = { left: parameters.get('left') ?? '', right: parameters.get('right') ?? '' };
  const isEqualShown = parameters.get('equal') === 'shown';
  const left = useQuery({ ...artifactOptions(repository, references.left), enabled: references.left !== '' });
  const right = useQuery({ ...artifactOptions(repository, references.right), enabled: references.right !== '' });
  const change = (changes: Record<string, string>, replace = false) =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [key, value] of Object.entries(changes)) {
          if (value === '') after.delete(key);
          else after.set(key, value);
        }
        return after;
      },
      { replace },
    );
  const error = left.error ?? right.error;
  const isWaiting = (left.isLoading || right.isLoading) && error === null;
  return (
    <>
      <PageHeader
        title={t('artifacts.comparison.title')}
        crumbs={[
          { title: t('titles.projects'), to: '/harbor/projects' },
          { title: project.name, to: `/harbor/projects/${project.project_id}` },
          { title: name, to: repository.address },
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        <Stack hasGutter>
          <StackItem>
            <Flex alignItems={{ default: 'alignItemsFlexStart' }}>
              <FlexItem flex={{ default: 'flex_1' }}>
                <ArtifactPicker
                  label={t('artifacts.comparison.leftArtifact')}
                  repository={repository}
                  artifact={left.data}
                  onChoose={(digest) => change({ left: digest, left_platform: '' })}
                />
              </FlexItem>
              <FlexItem>
                <Button
                  variant="plain"
                  icon={<ExchangeAltIcon />}
                  aria-label={t('artifacts.comparison.swap')}
                  onClick={() =>
                    change({
                      left: references.right,
                      right: references.left,
                      left_platform: parameters.get('right_platform') ?? '',
                      right_platform: parameters.get('left_platform') ?? '',
                    })
                  }
                />
              </FlexItem>
              <FlexItem flex={{ default: 'flex_1' }}>
                <ArtifactPicker
                  label={t('artifacts.comparison.rightArtifact')}
                  repository={repository}
                  artifact={right.data}
                  onChoose={(digest) => change({ right: digest, right_platform: '' })}
                />
              </FlexItem>
            </Flex>
          </StackItem>
          {left.data && right.data && left.data.digest !== right.data.digest && (
            <StackItem>
              <Switch
                id="equal"
                label={t('artifacts.comparison.showEqual')}
                isChecked={isEqualShown}
                onChange={(_, shown) => change({ equal: shown ? 'shown' : '' }, true)}
              />
            </StackItem>
          )}
        </Stack>
        {error !== null && <Failure error={error} />}
        {isWaiting && <Waiting />}
        {(references.left === '' || references.right === '') && (
          <Empty title={t('artifacts.comparison.choose')}>{t('artifacts.comparison.chooseHint')}</Empty>
        )}
        {left.data && right.data && left.data.digest === right.data.digest && (
          <Alert variant="info" isInline title={t('artifacts.comparison.same')}>
            {t('artifacts.comparison.sameHint')}
          </Alert>
        )}
        {left.data && right.data && left.data.digest !== right.data.digest && (
          <Comparison
            repository={repository}
            left={left.data}
            right={right.data}
            wanted={{ left: parameters.get('left_platform'), right: parameters.get('right_platform') }}
            onPlatform={(side, platform) => change({ [`${side}_platform`]: platform }, true)}
            isEqualShown={isEqualShown}
          />
        )}
      </PageSection>
    </>
  );
}
