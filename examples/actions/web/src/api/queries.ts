// The reads of the application as hooks. A change anywhere marks everything stale: the lists are small, and a page that
// shows an old state is worse than one request too many.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { action_path, call, type ApiError } from './client';
import type { Action, ActivityEntry, Comment, Page, Settings, User } from './types';

export interface ListQuery {
  q?: string;
  type?: string;
  status?: string;
  sort?: string;
  action?: string;
  kind?: string;
  page?: number;
  page_size?: number;
}

export function query_text(query: ListQuery): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) parameters.set(key, String(value));
  return parameters.toString();
}

export const session_key = ['session'];

export const useSession = () =>
  useQuery<User | null>({
    queryKey: session_key,
    staleTime: 60_000,
    queryFn: () =>
      call<{ user: User }>('GET', '/api/session')
        .then((answer) => answer.user)
        .catch((error: ApiError) => {
          if (error.status === 401) return null;
          throw error;
        }),
  });

export const useActions = (query: ListQuery) =>
  useQuery({
    queryKey: ['actions', query],
    queryFn: () => call<Page<Action>>('GET', `/api/actions?${query_text(query)}`),
    placeholderData: keepPreviousData,
  });

// While an action is being published its state is asked for until it has settled.
export const useAction = (name: string) =>
  useQuery({
    queryKey: ['action', name],
    queryFn: () => call<Action>('GET', action_path(name)),
    refetchInterval: (query) => (query.state.data?.status === 'publishing' ? 250 : false),
  });

export const useComments = (name: string) =>
  useQuery({
    queryKey: ['comments', name],
    queryFn: () => call<{ items: Comment[] }>('GET', action_path(name, '/comments')).then((answer) => answer.items),
  });

export const useActivity = (query: ListQuery) =>
  useQuery({
    queryKey: ['activity', query],
    queryFn: () => call<Page<ActivityEntry>>('GET', `/api/activity?${query_text(query)}`),
    placeholderData: keepPreviousData,
  });

export const useSettings = () =>
  useQuery({ queryKey: ['settings'], queryFn: () => call<Settings>('GET', '/api/settings') });

export function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation<Output, ApiError, Input>({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== session_key[0] }),
  });
}
