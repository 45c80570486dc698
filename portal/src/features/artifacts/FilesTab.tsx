import { TreeView, type TreeViewDataItem } from '@patternfly/react-core';
import FileIcon from '@patternfly/react-icons/dist/esm/icons/file-icon';
import FolderIcon from '@patternfly/react-icons/dist/esm/icons/folder-icon';
import { useTranslation } from '@/texts';
import { Empty } from '@/shared/Empty';
import { formatBytes } from '@/shared/format';
import { record } from './details';
import { useListAddition } from './useAddition';
import './texts';

/** The files of a model, as its layers name them. */
export default function FilesTab() {
  const { t } = useTranslation();
  const files = useListAddition('files');
  if (files.length === 0) return <Empty title={t('artifacts.files.none')} />;
  return <TreeView data={files.map((file) => node(file, ''))} aria-label={t('artifacts.files.list')} hasGuides />;
}

function node(value: unknown, above: string): TreeViewDataItem {
  const { name, size, type, children } = record(value);
  const path = `${above}/${String(name)}`;
  return {
    id: path,
    name: typeof size === 'number' ? `${String(name)} (${formatBytes(size)})` : String(name),
    icon: type === 'directory' ? <FolderIcon /> : <FileIcon />,
    children: Array.isArray(children) ? children.map((child) => node(child, path)) : undefined,
    defaultExpanded: above === '',
  };
}
