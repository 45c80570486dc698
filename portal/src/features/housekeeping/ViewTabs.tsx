import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';

interface View {
  key: string;
  title: string;
  content: ReactNode;
}

/** Views of one page: which one is shown is in the address, the first one when that says nothing. */
export function ViewTabs({ label, views }: { label: string; views: View[] }) {
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get('view');
  const first = views[0]?.key;
  const active = views.find(({ key }) => key === wanted)?.key ?? first;
  return (
    <Tabs
      activeKey={active}
      aria-label={label}
      mountOnEnter
      unmountOnExit
      // What the address says of the list in the other view is gone with it.
      onSelect={(_, key) => setParameters(key === first ? {} : { view: String(key) })}
    >
      {views.map(({ key, title, content }) => (
        <Tab key={key} eventKey={key} title={<TabTitleText>{title}</TabTitleText>}>
          <PageSection hasBodyWrapper={false}>{content}</PageSection>
        </Tab>
      ))}
    </Tabs>
  );
}
