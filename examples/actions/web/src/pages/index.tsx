// The addresses of the application. Pages are loaded when they are first visited.
import { Spin } from 'antd';
import { lazy, Suspense, type ReactNode } from 'react';
import { Navigate, Outlet, Route, Routes, useLocation } from 'react-router';
import { useSession } from '../api/queries';
import { ConsoleFrame } from '../parts/console_frame';
import { LoginPage } from './login_page';
import { NotFoundPage } from './not_found_page';

const ActionsPage = lazy(() => import('./actions_page'));
const NewActionPage = lazy(() => import('./new_action_page'));
const ActionPage = lazy(() => import('./action_page'));
const PermissionsPage = lazy(() => import('./permissions_page'));
const ActivityPage = lazy(() => import('./activity_page'));
const TransferPage = lazy(() => import('./transfer_page'));
const SettingsPage = lazy(() => import('./settings_page'));

const loading = (
  <div className="centre">
    <Spin size="large" />
  </div>
);

function SignedIn({ children }: { children: ReactNode }) {
  const session = useSession();
  const location = useLocation();
  if (session.isPending) return loading;
  if (!session.data) return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
  return children;
}

export function Pages() {
  return (
    <Routes>
      <Route path="/login" element={<LoginPage />} />
      <Route
        element={
          <SignedIn>
            <ConsoleFrame>
              <Suspense fallback={loading}>
                <Outlet />
              </Suspense>
            </ConsoleFrame>
          </SignedIn>
        }
      >
        <Route index element={<Navigate to="/actions" replace />} />
        <Route path="/actions" element={<ActionsPage />} />
        <Route path="/actions/new" element={<NewActionPage />} />
        <Route path="/actions/:name/:tab?" element={<ActionPage />} />
        <Route path="/permissions" element={<PermissionsPage />} />
        <Route path="/activity" element={<ActivityPage />} />
        <Route path="/transfer" element={<TransferPage />} />
        <Route path="/settings" element={<SettingsPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
