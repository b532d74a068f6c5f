// Passwords and sessions. A session is a random cookie whose hash is in the database.
import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { HttpError } from './http.js';

const cookie_name = 'actions_session';
const session_hours = 12;
// Low on purpose: this is an example, and the suite signs in for every test.
const scrypt_cost = { N: 1024, r: 8, p: 1 };

export function hash_password(password) {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${scryptSync(password, salt, 32, scrypt_cost).toString('hex')}`;
}

function password_fits(password, stored) {
  const [salt, hash] = stored.split(':').map((part) => Buffer.from(part, 'hex'));
  return timingSafeEqual(scryptSync(password, salt, hash.length, scrypt_cost), hash);
}

const hash_token = (token) => createHash('sha256').update(token).digest('hex');

function token_of(request) {
  const match = new RegExp(`(?:^|;\\s*)${cookie_name}=([0-9a-f]+)`).exec(request.headers.cookie ?? '');
  return match?.[1];
}

const cookie = (token, seconds) => `${cookie_name}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;

export function sign_in(db, email, password) {
  const user = db.get('SELECT * FROM users WHERE email = lower(?)', [String(email ?? '').trim()]);
  if (!user || typeof password !== 'string' || !password_fits(password, user.password_hash)) {
    throw new HttpError(401, 'wrong_credentials', 'The e-mail address or the password is wrong.');
  }
  const token = randomBytes(24).toString('hex');
  const expires_at = new Date(Date.now() + session_hours * 3_600_000).toISOString();
  db.transaction(() => {
    db.run('DELETE FROM sessions WHERE expires_at < ?', [new Date().toISOString()]);
    db.run('INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, ?, ?)', [hash_token(token), user.id, expires_at]);
  });
  return { user: public_user(user), cookie: cookie(token, session_hours * 3600) };
}

export function sign_out(db, request) {
  const token = token_of(request);
  if (token) db.run('DELETE FROM sessions WHERE token_hash = ?', [hash_token(token)]);
  return cookie('0', 0);
}

const public_user = ({ email, name, role }) => ({ email, name, role });

export function current_user(db, request) {
  const token = token_of(request);
  if (!token) return undefined;
  const user = db.get(
    'SELECT users.* FROM sessions JOIN users ON users.id = sessions.user_id WHERE token_hash = ? AND expires_at > ?',
    [hash_token(token), new Date().toISOString()],
  );
  return user && public_user(user);
}

const ranks = { viewer: 0, editor: 1, admin: 2 };

export function require_role(user, role) {
  if (!user) throw new HttpError(401, 'not_signed_in', 'Sign in first.');
  if (ranks[user.role] < ranks[role]) {
    throw new HttpError(403, 'not_allowed', `This needs the role '${role}'; you are '${user.role}'.`);
  }
  return user;
}
