using System.Collections.Concurrent;
using System.Security.Cryptography;
using AiGateway.Caching.Semantic.Embedders;
using AiGateway.Caching.Semantic.Judges;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic;

/// <summary>The aliases that compare questions, as the configuration in force has them: loads embedders, keeps what was learnt at intervals and at the stop.</summary>
/// <remarks>Loading takes tenths of a second and is done aside: until then, and with an embedder that cannot be loaded, questions are not compared.</remarks>
internal sealed partial class SemanticAliases(
    SnapshotHolder snapshots, IAcceptanceStore store, SemanticIndexes indexes, OwnRequests stages, SemanticMetrics metrics, TimeProvider clock, ILogger<SemanticAliases> logger) : IHostedService, IReloadObserver, IDisposable
{
    /// <summary>How often what was learnt is kept.</summary>
    public static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1);

    // How often a judge takes a wrong answer for a right one is not known of all kinds of answers: a quarter is on the safe side, and costs a quarter of the bound.
    private static readonly JudgeError Assumed = new(FalseAcceptUpper: 0.25, FalseRejectLower: 0);

    private readonly ConcurrentDictionary<string, SemanticAlias> _aliases = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Lazy<EmbeddingThreads> _threads = new(static () => new EmbeddingThreads(EmbeddingThreads.DefaultThreads, EmbeddingThreads.DefaultQueue));
    private readonly Dictionary<string, EmbeddingModel> _models = new(StringComparer.Ordinal);
    private Dictionary<AcceptanceKey, AcceptanceState> _kept = [];
    private ITimer? _timer;
    private bool _isLoaded;

    /// <summary>All of them.</summary>
    public ICollection<SemanticAlias> All => _aliases.Values;

    /// <summary>The alias of a rule; null while it is not ready, and for a rule that is not in force any more.</summary>
    public SemanticAlias? Find(string name, SemanticCacheModel rule) => _aliases.TryGetValue(name, out var alias) && alias.Rule == rule ? alias : null;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ApplyAsync();
        _timer = clock.CreateTimer(_ => _ = SaveAsync(), null, SaveInterval, SaveInterval);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        await SaveAsync();
    }

    /// <inheritdoc/>
    public void OnReload(ReloadResult result)
    {
        if (result.Succeeded)
        {
            _ = ApplyAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        if (_threads.IsValueCreated)
        {
            _threads.Value.Dispose();
        }
        _changing.Dispose();
    }

    /// <summary>Brings the aliases into line with the configuration in force.</summary>
    private Task ApplyAsync() => Task.Run(async () =>
    {
        await _changing.WaitAsync();
        try
        {
            Apply(snapshots.Current);
        }
        finally
        {
            _changing.Release();
        }
    });

    private void Apply(Snapshot snapshot)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var alias in snapshot.Aliases.All)
        {
            if (alias.Cache?.Semantic is not { } rule)
            {
                continue;
            }
            wanted.Add(alias.Name);
            LoadKept();
            // The rule may be the same, and the alias that embeds have another model.
            if (_aliases.TryGetValue(alias.Name, out var current) && current.Rule == rule && (rule.EmbedderAlias is not { } through || current.Embedder.Fingerprint == EmbedderFingerprint.Of(through, snapshot)))
            {
                continue;
            }
            try
            {
                _aliases[alias.Name] = Make(alias.Name, rule, current, snapshot);
            }
            catch (Exception e) when (e is EmbeddingModelException or IOException)
            {
                _aliases.TryRemove(alias.Name, out _);
                Log.NoEmbedder(logger, alias.Name, e.Message);
            }
        }
        foreach (var (name, alias) in _aliases)
        {
            if (!wanted.Contains(name))
            {
                Note(alias);
                _aliases.TryRemove(name, out _);
            }
        }
        foreach (var name in _models.Keys.Except(_aliases.Values.Select(static alias => alias.Rule.Embedder).Append(SemanticWords.Sentence)).ToList())
        {
            _models.Remove(name);
        }
    }

    private SemanticAlias Make(string name, SemanticCacheModel rule, SemanticAlias? before, Snapshot snapshot)
    {
        // Before the embedder is loaded, which may fail.
        if (before is not null)
        {
            Note(before);
        }
        IQuestionEmbedder embedder = rule.EmbedderAlias is { } through
            ? new AliasEmbedder(name, through, EmbedderFingerprint.Of(through, snapshot), stages, metrics, clock, logger)
            : new InProcessEmbedder(ModelOf(rule.Embedder), _threads.Value);
        var isSame = before?.Embedder.Fingerprint == embedder.Fingerprint;
        if (rule.IsShared && !indexes.CanShare)
        {
            Log.NotShared(logger, name);
        }
        // What a shared index knows lies elsewhere.
        var index = isSame && !rule.IsShared && before is { Index: SemanticIndex, Rule.MaxEntries: var most } && most == rule.MaxEntries ? before.Index : indexes.Make(name, rule, embedder);
        var acceptance = new AcceptanceModel(
            new AcceptanceOptions { MaxWrongHits = rule.MaxWrongHits, MaxCheckShare = rule.MaxCheckShare, Judge = Assumed },
            ScorerPrior.Generic,
            BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))));
        if (_kept.TryGetValue(SemanticAlias.EvidenceOf(name, rule, embedder), out var state) && !acceptance.TryRestore(state))
        {
            Log.Unsound(logger, name);
        }
        // Whatever embeds questions, the built-in judge compares answers by what tells sentences apart.
        IAnswerComparer judge = rule.JudgeAlias is { } asked ? new AliasComparer(asked, stages) : new BuiltInComparer(ModelOf(SemanticWords.Sentence));
        return new SemanticAlias(name, rule, embedder, index, acceptance, judge);
    }

    /// <summary>A model, loaded once for all aliases that name it.</summary>
    private EmbeddingModel ModelOf(string name) =>
        _models.TryGetValue(name, out var known) ? known : _models[name] = EmbeddingModel.Load(SemanticWords.FolderOf(name), new EmbeddingModelOptions { OverLength = OverLength.Skip });

    private void LoadKept()
    {
        if (_isLoaded)
        {
            return;
        }
        _isLoaded = true;
        try
        {
            _kept = store.Load();
        }
        catch (IOException e)
        {
            Log.NotLoaded(logger, e.Message);
        }
    }

    private void Note(SemanticAlias alias) => _kept[alias.Evidence] = alias.Acceptance.Save();

    private async Task SaveAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (!_isLoaded)
            {
                return;
            }
            foreach (var alias in _aliases.Values)
            {
                Note(alias);
            }
            store.Save(_kept);
        }
        catch (IOException e)
        {
            Log.NotSaved(logger, e.Message);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4212, LogLevel.Error, "The embedder of the alias '{Alias}' cannot be loaded; its questions are not compared: {Reason}")]
        public static partial void NoEmbedder(ILogger logger, string alias, string reason);

        [LoggerMessage(4213, LogLevel.Error, "What was learnt of semantic hits cannot be read; learning begins anew, and nothing is served by meaning until there is evidence: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string reason);

        [LoggerMessage(4214, LogLevel.Warning, "What was learnt of semantic hits could not be saved: {Reason}")]
        public static partial void NotSaved(ILogger logger, string reason);

        [LoggerMessage(4215, LogLevel.Error, "What was learnt of semantic hits of the alias '{Alias}' is not sound or of another version; learning begins anew.")]
        public static partial void Unsound(ILogger logger, string alias);

        [LoggerMessage(4233, LogLevel.Warning, "The alias '{Alias}' is to share its questions through Redis, which 'host' got with a reload: they are in this process's memory until the gateway is started anew.")]
        public static partial void NotShared(ILogger logger, string alias);
    }
}
