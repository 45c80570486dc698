import { Navigate, useLocation } from 'react-router';

/** The repository's own address shows its artifacts. */
export function FirstTab() {
  const { pathname } = useLocation();
  // Not relative: the router would encode the slashes of the name a second time.
  return <Navigate to={`${pathname.replace(/\/$/, '')}/artifacts-tab`} replace />;
}
