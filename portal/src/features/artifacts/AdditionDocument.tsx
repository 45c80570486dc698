import { useTranslation } from '@/texts';
import { Empty } from '@/shared/Empty';
import { Document } from './Document';
import { useAddition } from './useAddition';
import './texts';

interface Props {
  addition: string;
  title: string;
  mediaType: string;
  isJson?: boolean;
}

/** An addition that is shown as it is. */
export function AdditionDocument({ addition, title, mediaType, isJson }: Props) {
  const { t } = useTranslation();
  const text = useAddition(addition);
  if (text.trim() === '') return <Empty title={t('artifacts.documents.empty')} />;
  return <Document text={text} label={title} fileName={addition} mediaType={mediaType} isJson={isJson} />;
}
