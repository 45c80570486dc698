import { Content } from '@patternfly/react-core';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { useTranslation } from '@/texts';
import './repositories.css';
import './texts';

// Headings of a description are below those of the page.
const COMPONENTS: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ children, href }) =>
    // What is relative to the author's files leads nowhere here.
    href !== undefined && /^(https?|mailto):/i.test(href) ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
        {children}
      </a>
    ) : (
      <>{children}</>
    ),
  input: ({ checked }) => <Task isDone={checked === true} />,
  // Images of other hosts are not loaded: they would tell who looks at this page.
  img: ({ alt, src }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer nofollow ugc">
      {alt || src}
    </a>
  ),
};

/** The box of a task list. */
function Task({ isDone }: { isDone: boolean }) {
  const { t } = useTranslation();
  return (
    <input
      type="checkbox"
      checked={isDone}
      disabled
      readOnly
      aria-label={t(isDone ? 'repositories.info.task.done' : 'repositories.info.task.open')}
    />
  );
}

/** Markdown as a document; HTML in it stays text. */
export default function Markdown({ text }: { text: string }) {
  return (
    <Content className="m-markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </Content>
  );
}
