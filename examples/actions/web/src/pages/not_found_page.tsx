import { Button, Result } from 'antd';
import { Link } from 'react-router';

export const NotFoundPage = ({ what = 'This page' }: { what?: string }) => (
  <Result
    status="404"
    title={`${what} does not exist`}
    subTitle="It may have been deleted or renamed."
    extra={
      <Link to="/actions">
        <Button type="primary">Back to the actions</Button>
      </Link>
    }
  />
);
