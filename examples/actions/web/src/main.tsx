import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import type { ApiError } from './api/client';
import { Pages } from './pages';
import './main.css';

// A refusal (4xx) will not change by asking again; a server that is starting (503) will.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 3 && ((error as ApiError).status === 0 || (error as ApiError).status >= 500),
    },
  },
});

// People who ask their system for less motion get none.
const motion = !window.matchMedia('(prefers-reduced-motion: reduce)').matches;

const theme = {
  token: { motion, colorPrimary: '#0f766e', colorLink: '#0f766e', borderRadius: 8, fontFamily: 'Inter, system-ui, "Segoe UI", Roboto, sans-serif' },
  components: {
    Layout: { siderBg: '#0b1f1d', headerBg: '#ffffff', bodyBg: '#f5f7f8' },
    Menu: { darkItemBg: '#0b1f1d', darkItemSelectedBg: '#0f766e' },
    Table: { headerBg: '#fafbfb', bodySortBg: '#ffffff', headerSortActiveBg: '#fafbfb', headerSortHoverBg: '#f0f3f3' },
  },
};

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ConfigProvider theme={theme}>
      <AntApp className="app">
        <QueryClientProvider client={client}>
          <BrowserRouter>
            <Pages />
          </BrowserRouter>
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  </StrictMode>,
);
