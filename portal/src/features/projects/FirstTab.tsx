import { Navigate } from 'react-router';
import { useVisibleTabs } from './tabs';

/** The project's own address shows the first tab. */
export function FirstTab() {
  const first = useVisibleTabs()[0];
  return first === undefined ? null : <Navigate to={first.path} replace />;
}
