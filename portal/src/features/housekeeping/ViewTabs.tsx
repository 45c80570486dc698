import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useSearchParams } from 'react-router';

interface View {
  key: string;
  title: string;
}

/** The view of the page that the address names; the first one when it names none. */
export function useView(keys: readonly string[]): string {
  const [parameters] = useSearchParams();
  const wanted = parameters.get('view') ?? '';
  return keys.includes(wanted) ? wanted : (keys[0] ?? '');
}

/** Views of one page, kept in the address. */
export function ViewTabs({ label, views }: { label: string; views: View[] }) {
  const [, setParameters] = useSearchParams();
  const active = useView(views.map(({ key }) => key));
  return (
    <Tabs
      activeKey={active}
      aria-label={label}
      component="nav"
      role="region"
      onSelect={(_, key) => setParameters(key === views[0]?.key ? {} : { view: String(key) })}
    >
      {views.map(({ key, title }) => (
        <Tab key={key} eventKey={key} title={<TabTitleText>{title}</TabTitleText>} />
      ))}
    </Tabs>
  );
}
