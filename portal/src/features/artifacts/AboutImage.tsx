import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { Facts } from '@/shared/Facts';
import { imageDetails, shellWords } from './details';
import { Part } from './Part';
import { Values } from './Values';
import './texts';

/** What an image runs, and with what. */
export function AboutImage({ artifact }: { artifact: ArtifactView }) {
  const { t } = useTranslation();
  const image = imageDetails(artifact.extra_attrs);
  const code = (text: string) => (text === '' ? null : <code>{text}</code>);
  const facts: [string, React.ReactNode][] = [
    [t('artifacts.config.entrypoint'), code(shellWords(image.entrypoint))],
    [t('artifacts.config.command'), code(shellWords(image.command))],
    [t('artifacts.config.workingDir'), code(image.workingDir)],
    [t('artifacts.config.user'), code(image.user)],
    [t('artifacts.config.ports'), code(image.ports.join(' '))],
    [t('artifacts.config.volumes'), code(image.volumes.join(' '))],
    [t('artifacts.config.stopSignal'), code(image.stopSignal)],
  ];
  return (
    <>
      {facts.some(([, value]) => value !== null) && (
        <Part title={t('artifacts.config.title')}>
          <Facts facts={facts} />
        </Part>
      )}
      <ValuesPart title={t('artifacts.config.environment')} values={image.environment} />
      <ValuesPart title={t('artifacts.config.labels')} values={image.labels} />
    </>
  );
}

function ValuesPart({ title, values }: { title: string; values: Record<string, string> }) {
  if (Object.keys(values).length === 0) return null;
  return (
    <Part title={title}>
      <Values label={title} values={values} />
    </Part>
  );
}
