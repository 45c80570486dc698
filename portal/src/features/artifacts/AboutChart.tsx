import { Alert, List, ListItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { Facts } from '@/shared/Facts';
import { record } from './details';
import { Part } from './Part';
import './texts';

/** What a Helm chart says of itself (Helm, "The Chart.yaml File"). */
export function AboutChart({ artifact }: { artifact: ArtifactView }) {
  const { t } = useTranslation();
  const chart = record(artifact.extra_attrs);
  const maintainers = array(chart.maintainers).map((one) => {
    const { name, email } = record(one);
    return [text(name), email === undefined ? '' : `<${text(email)}>`].filter(Boolean).join(' ');
  });
  return (
    <Part title={t('artifacts.chart.title')}>
      {chart.deprecated === true && <Alert variant="warning" isInline title={t('artifacts.chart.deprecated')} />}
      <Facts
        facts={[
          [t('common.name'), text(chart.name)],
          [t('artifacts.chart.description'), text(chart.description)],
          [t('artifacts.chart.version'), text(chart.version)],
          [t('artifacts.chart.appVersion'), text(chart.appVersion)],
          [t('artifacts.chart.kubeVersion'), text(chart.kubeVersion)],
          [t('artifacts.chart.home'), text(chart.home) === '' ? null : <Address value={text(chart.home)} />],
          [t('artifacts.chart.sources'), addresses(array(chart.sources).map(text))],
          [t('artifacts.chart.maintainers'), maintainers.join(', ')],
          [t('artifacts.chart.keywords'), array(chart.keywords).map(text).join(', ')],
        ]}
      />
    </Part>
  );
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function addresses(values: string[]) {
  if (values.length === 0) return null;
  return (
    <List isPlain>
      {values.map((value) => (
        <ListItem key={value}>
          <Address value={value} />
        </ListItem>
      ))}
    </List>
  );
}

/** A link where it leads to a page; strangers wrote it. */
function Address({ value }: { value: string }) {
  if (!/^https?:\/\//i.test(value)) return <>{value}</>;
  return (
    <a href={value} target="_blank" rel="noopener noreferrer">
      {value}
    </a>
  );
}
