// Entry of the dashboard, which the server carries. All it shows it asks the server's API for.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeApi } from './api/api';
import { makeTransport } from './api/transport';
import { DashboardRoute, leaveForLogin } from './routes/dashboard/dashboard_route';
import { applyStoredTheme } from './ui/theme';
import './ui/tokens.css';

applyStoredTheme();
const root = document.getElementById('root');
if (root === null) throw new Error("the page has no element 'root'");
const api = makeApi(makeTransport((address, init) => fetch(address, init), leaveForLogin));
createRoot(root).render(<StrictMode><DashboardRoute api={api} /></StrictMode>);
