"""A line between a client and a server that is slow and can break: a TCP proxy in a thread. Every piece of data arrives `delay` seconds after it
was sent, a little more or less, never out of order; `break_all` ends every connection at once with a reset, as a rebooting router does.
The kernels we test on have no netem, so the delay is made here."""

import asyncio
import random
import socket
import struct
import threading


class SlowLine:
    def __init__(self, port, delay, seed=1):
        self.target = ("127.0.0.1", port)
        self.delay = delay
        self.random = random.Random(seed)
        self.open = set()
        self.carried = 0
        self.broken = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self.call(asyncio.start_server(self.connected, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    def call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def connected(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self.open.add(pair)
        try:
            await asyncio.gather(self.carry(reader, far_writer), self.carry(far_reader, writer))
        except OSError:
            pass
        finally:
            self.open.discard(pair)
            for one in pair:
                one.transport.abort()

    async def carry(self, reader, writer):
        """Reads at once, delivers late: the delay is that of the line, not one per piece that waits for the piece before it."""
        line = asyncio.Queue()

        async def deliver():
            while True:
                due, data = await line.get()
                await asyncio.sleep(max(0, due - self.loop.time()))
                if not data:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                self.carried += len(data)
                writer.write(data)
                await writer.drain()

        delivery = asyncio.ensure_future(deliver())
        try:
            while True:
                data = await reader.read(65536)
                line.put_nowait((self.loop.time() + self.delay * self.random.uniform(0.8, 1.2), data))
                if not data:
                    return await delivery
        finally:
            delivery.cancel()

    def break_all(self):
        """Returns how many connections were ended."""
        async def reset():
            count = len(self.open)
            for pair in list(self.open):
                for writer in pair:
                    # Linger of zero: a reset instead of a polite end.
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.transport.abort()
            return count

        count = self.call(reset())
        self.broken += count
        return count

    def stop(self):
        async def close():
            self.server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.call(close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
