import { Content } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import './artifacts.css';

/** Markdown that strangers wrote: no HTML of theirs, nothing loaded from elsewhere. */
export default function Markdown({ text }: { text: string }) {
  return (
    <Content className="m-markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={COMPONENTS} skipHtml>
        {text}
      </ReactMarkdown>
    </Content>
  );
}

const COMPONENTS: Components = {
  // The page has a heading above.
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) => <Address href={href}>{children}</Address>,
  img: ({ src, alt }) => <Picture src={src} alt={alt} />,
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

/** A link to another site; what is relative to the author's files leads nowhere here. */
function Address({ href, children }: { href: string | undefined; children: React.ReactNode }) {
  if (href === undefined || !/^(https?:|mailto:)/i.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** The page shows no image of another site, which would learn who reads this: a link to it does. */
function Picture({ src, alt }: { src: string | Blob | undefined; alt: string | undefined }) {
  const { t } = useTranslation();
  const address = typeof src === 'string' ? src : undefined;
  return <Address href={address}>{t('artifacts.readme.image', { text: alt || address || '' })}</Address>;
}
