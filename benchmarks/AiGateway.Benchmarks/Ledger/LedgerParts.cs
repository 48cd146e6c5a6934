using AiGateway.Accounting;
using AiGateway.Accounting.Ledger;
using AiGateway.Benchmarks.Gateway;
using AiGateway.Storage.Ledger;

namespace AiGateway.Benchmarks.Ledger;

/// <summary><c>--ledger-parts</c>: CPU time per record of each step from the settled exchange to the row, for requests as the load test sends them.</summary>
/// <remarks>CPU time of the whole process, the lowest of several rounds: what else runs on the machine only makes it more.</remarks>
internal static class LedgerParts
{
    private const int Records = 4096;
    private const int Rounds = 60;

    /// <summary>Runs it.</summary>
    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;
        try
        {
            var snapshot = GatewayFixture.Snapshot();
            var costs = new CostCalculator(PriceCatalogue.LoadDefault());
            var (request, usage) = (GatewayFixture.Request(), GatewayFixture.Usage());
            var records = Enumerable.Range(0, Records).Select(_ => LedgerRecords.Make(snapshot, request, usage, costs)).ToArray();
            var requests = Array.ConvertAll(records, LedgerRequests.From);
            var bytes = new PayloadWriter();
            Measure("request to bytes (on the request's thread)", () =>
            {
                bytes.CutTo(0);
                foreach (var record in records)
                {
                    var start = bytes.Length;
                    bytes.Skip(Frames.HeadLength);
                    LedgerCodec.Write(bytes, LedgerRequests.From(record));
                    Frames.Close(bytes.At(start, bytes.Length - start));
                }
            });
            Console.WriteLine($"{"bytes in the queue",-60}{bytes.Length / Records}");
            using var queue = QueueFolder.Create(folder, "parts");
            using var segment = new SegmentWriter(queue, new Backlog(), TimeProvider.System);
            Measure("write and flush, 4,096 records at once", () => segment.Append(bytes.Written, Records));
            var file = queue.Segments()[0];
            var batch = new LedgerBatch();
            Measure("read and decode", () =>
            {
                batch.Clear();
                SegmentReader.Read(file, Frames.FileHead.Length, Frames.FileHead.Length + bytes.Length, Records, batch);
                _ = batch.Requests.Count;
            });
            var chain = new HashChain();
            var hash = new byte[HashChain.Length];
            Measure("hash chain", () =>
            {
                foreach (var one in requests)
                {
                    chain.Next(hash, ChainRow.For(one, null, null), hash);
                }
            });
            var rollup = new Rollup();
            Measure("sums in memory", () =>
            {
                rollup.Clear();
                foreach (var one in requests)
                {
                    rollup.Add(one);
                }
            });
            using var store = new SqliteLedgerStore(Path.Combine(folder, LedgerFile.Name), TimeProvider.System);
            var rows = new Queue<LedgerBatch>(Enumerable.Range(0, Rounds + 1).Select(_ =>
            {
                var next = new LedgerBatch();
                for (var i = 0; i < Records; i++)
                {
                    bytes.CutTo(0);
                    LedgerCodec.Write(bytes, LedgerRequests.From(LedgerRecords.Make(snapshot, request, usage, costs)));
                    next.Add(bytes.Written);
                }
                return next;
            }));
            Measure("bytes to committed rows, all of it", () => store.Append(rows.Dequeue()));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(string name, Action round)
    {
        round();
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var began = Environment.CpuUsage.TotalTime;
            round();
            var took = Environment.CpuUsage.TotalTime - began;
            shortest = took < shortest ? took : shortest;
        }
        Console.WriteLine(FormattableString.Invariant($"{name,-60}{shortest.TotalMicroseconds / Records:0.00} us"));
    }
}
