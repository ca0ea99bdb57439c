//! One large delivery: our client and curl read it from the connector, and curl reads the same bytes
//! from nginx with mutual TLS, turn by turn in one run. Everybody throws the bytes away.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use connector::data::pull::DataClient as _;
use connector::runtime::peer_data::PeerData;
use futures_util::StreamExt as _;

use crate::Fallible;
use crate::machine::Process;
use crate::space::{Member, Space, Within, runtime};
use crate::transfer::{Started, agree, start};

const FILE: &str = "bulk.bin";
const MIB: usize = 1024 * 1024;

pub(crate) fn run(numbers: &[usize]) -> Fallible<()> {
    let mib = numbers.first().copied().unwrap_or(1024);
    let rounds = numbers.get(1).copied().unwrap_or(3);
    let mut space = Space::found()?;
    let provider = space.join("provider.localhost")?;
    let consumer = space.join("consumer.localhost")?;
    let data = provider.folder().join("data");
    fill(&data.join(FILE), mib)?;
    let ours = space.up(&provider)?;
    provider.publish("Bulk", FILE)?;
    let nginx = Nginx::start(space.path(), &provider, &data)?;
    runtime()?.block_on(async {
        let within = Within::start(&consumer).await?;
        let agreed = agree(&within, &provider).await?;
        let transfer = start(&within, &agreed).await?;
        for round in 0..=rounds {
            let (from, to) = (within.did.clone(), provider.did.clone());
            let client = PeerData { peers: within.peers.clone(), from, to };
            let made = [
                ("allmende to our client", by_client(&client, &transfer, ours).await?),
                ("allmende to curl", by_curl(&consumer, &transfer.url, &transfer.bearer, ours)?),
                ("nginx to curl", by_curl(&consumer, &nginx.url, "none", nginx.worker()?)?),
            ];
            // The first round fills the page cache.
            for (name, made) in made.into_iter().filter(|_| round > 0) {
                made.print(round, name, mib)?;
            }
        }
        within.stop().await;
        Fallible::Ok(())
    })
}

/// One reading.
struct Made {
    bytes: u64,
    took: Duration,
    server: Duration,
    client: Duration,
}

impl Made {
    fn print(&self, round: usize, name: &str, mib: usize) -> Fallible<()> {
        if self.bytes != u64::try_from(mib * MIB)? {
            return Err(format!("{name} brought {} bytes", self.bytes).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "a few GiB")]
        let megabytes = self.bytes as f64 / 1_000_000.0;
        println!(
            "round {round}: {name}: {:.2} s, {:.0} MB/s, server {:.2} CPU-s, client {:.2} CPU-s",
            self.took.as_secs_f64(),
            megabytes / self.took.as_secs_f64(),
            self.server.as_secs_f64(),
            self.client.as_secs_f64(),
        );
        Ok(())
    }
}

async fn by_client(client: &PeerData, from: &Started, server: Process) -> Fallible<Made> {
    let (theirs, ours, began) = (server.cpu()?, Process::ours().cpu()?, Instant::now());
    let mut answer = client.get(&from.url, Some(&from.bearer), vec![]).await?;
    let mut bytes = 0;
    while let Some(chunk) = answer.chunks.next().await {
        bytes += u64::try_from(chunk?.len())?;
    }
    let took = began.elapsed();
    let client = Process::ours().cpu()?.saturating_sub(ours);
    Ok(Made { bytes, took, server: server.cpu()?.saturating_sub(theirs), client })
}

fn by_curl(member: &Member, url: &str, bearer: &str, server: Process) -> Fallible<Made> {
    let (theirs, ours) = (server.cpu()?, Process::ours().children_cpu()?);
    let began = Instant::now();
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--tlsv1.3", "--output", "/dev/null"])
        .args(["--write-out", "%{size_download}", "--header"])
        .arg(format!("Authorization: Bearer {bearer}"))
        .arg("--cert")
        .arg(member.certificate())
        .arg("--key")
        .arg(member.key()?)
        .arg("--cacert")
        .arg(member.root())
        .arg(url)
        .output()?;
    let took = began.elapsed();
    if !output.status.success() {
        return Err(format!("curl: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let client = Process::ours().children_cpu()?.saturating_sub(ours);
    let bytes = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    Ok(Made { bytes, took, server: server.cpu()?.saturating_sub(theirs), client })
}

/// nginx with the provider's certificate, for the data space's members only.
struct Nginx {
    child: Child,
    url: String,
    pid_file: PathBuf,
}

impl Nginx {
    fn start(folder: &Path, provider: &Member, data: &Path) -> Fallible<Self> {
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let folder = folder.join("nginx");
        std::fs::create_dir(&folder)?;
        let (config, pid_file) = (folder.join("nginx.conf"), folder.join("pid"));
        std::fs::write(&config, configuration(&folder, provider, data, port)?)?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("stderr"))?)
            .spawn()?;
        let nginx =
            Self { child, url: format!("https://{}:{port}/{FILE}", provider.host), pid_file };
        for _ in 0..100 {
            if nginx.pid_file.exists() && nginx.worker().is_ok() {
                return Ok(nginx);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("nginx does not start".into())
    }

    /// Its only worker.
    fn worker(&self) -> Fallible<Process> {
        let master = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
        let worker = children.split_whitespace().next().ok_or("nginx has no worker")?;
        Ok(Process(worker.parse()?))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended already.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

fn configuration(folder: &Path, provider: &Member, data: &Path, port: u16) -> Fallible<String> {
    let (folder, data) = (folder.display(), data.display());
    let (certificate, key) = (provider.certificate(), provider.key()?);
    let (certificate, key, root) = (certificate.display(), key.display(), provider.root());
    let root = root.display();
    Ok(format!(
        "daemon off;\nuser root;\nworker_processes 1;\npid {folder}/pid;\n\
         error_log {folder}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n  sendfile on;\n\
         client_body_temp_path {folder}/body;\n  proxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi;\n  uwsgi_temp_path {folder}/uwsgi;\n\
         scgi_temp_path {folder}/scgi;\n  server {{\n    listen 127.0.0.1:{port} ssl;\n\
         ssl_protocols TLSv1.3;\n    ssl_certificate {certificate};\n\
         ssl_certificate_key {key};\n    ssl_verify_client on;\n    ssl_verify_depth 3;\n\
         ssl_client_certificate {root};\n    root {data};\n  }}\n}}\n"
    ))
}

/// Bytes that do not compress, the same each time.
fn fill(path: &Path, mib: usize) -> Fallible<()> {
    let mut file = std::fs::File::create(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(MIB);
    for _ in 0..mib {
        block.clear();
        while block.len() < MIB {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    Ok(file.sync_all()?)
}
