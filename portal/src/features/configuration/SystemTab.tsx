import { ConfigurationForm } from './ConfigurationForm';
import { SYSTEM } from './fields';

export default function SystemTab() {
  return <ConfigurationForm sections={SYSTEM} />;
}
