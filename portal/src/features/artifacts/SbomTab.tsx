import { useTranslation } from '@/texts';
import { AdditionDocument } from './AdditionDocument';
import './texts';

export default function SbomTab() {
  const { t } = useTranslation();
  return <AdditionDocument addition="sbom" title={t('artifacts.tabs.sbom')} mediaType="application/json" isJson />;
}
