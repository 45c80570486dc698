import { useTranslation } from '@/texts';
import { AdditionDocument } from './AdditionDocument';
import './texts';

export default function LicenseTab() {
  const { t } = useTranslation();
  return <AdditionDocument addition="license" title={t('artifacts.tabs.license')} mediaType="text/plain" />;
}
