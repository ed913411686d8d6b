//! A sink: a mail server in this process that takes everything and keeps nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A running sink.
pub struct Sink {
    pub address: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    /// Starts one with a thread of its own, so that whoever sends has a runtime to himself.
    pub fn start() -> Self {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = taken.clone();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(converse(stream, counter.clone()));
                }
            });
        });
        Self { address: told.recv().unwrap(), taken }
    }

    /// Mails taken since the last question.
    pub fn taken(&self) -> usize {
        self.taken.swap(0, Ordering::Relaxed)
    }
}

async fn converse(stream: TcpStream, taken: Arc<AtomicUsize>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let (mut line, mut in_text) = (Vec::new(), false);
    write.write_all(b"220 sink\r\n").await?;
    loop {
        line.clear();
        if read.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4).unwrap_or(&line) {
            b".\r\n" if in_text => {
                in_text = false;
                taken.fetch_add(1, Ordering::Relaxed);
                b"250 taken\r\n"
            }
            _ if in_text => continue,
            b"DATA" => {
                in_text = true;
                b"354 go on\r\n"
            }
            b"QUIT" => return write.write_all(b"221 bye\r\n").await,
            b"EHLO" => b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
            _ => b"250 fine\r\n",
        };
        write.write_all(answer).await?;
        // Both clients send a text and its end in two packets; a delayed acknowledgement between them would be all
        // that is measured.
        read.get_ref().as_ref().set_quickack(true)?;
    }
}
