import { App as AntApp, ConfigProvider } from 'antd';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { Pages } from './pages';
import './main.css';

// People who ask their system for less motion get none.
const motion = !window.matchMedia('(prefers-reduced-motion: reduce)').matches;

const theme = {
  token: { motion, colorPrimary: '#1d4ed8', colorLink: '#1d4ed8', colorInfo: '#1d4ed8', borderRadius: 8, fontFamily: 'Inter, system-ui, "Segoe UI", Roboto, sans-serif' },
  components: { Table: { headerBg: '#ffffff' } },
};

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ConfigProvider theme={theme}>
      <AntApp>
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
      </AntApp>
    </ConfigProvider>
  </StrictMode>,
);
