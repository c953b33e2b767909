using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.FaultTests;

/// <summary>The options of the command line.</summary>
/// <param name="Minutes">How long faults continue.</param>
/// <param name="Seed">Decides kinds, targets and durations of the faults; random by default.</param>
/// <param name="Only">The only kinds of faults to draw, by a part of their name; null for all.</param>
/// <param name="IsCluster">Whether the broker is a cluster of three nodes, and the database has a standby.</param>
internal sealed record RunOptions(double Minutes, int Seed, string? Only = null, bool IsCluster = false)
{
    public const string Usage = """
        Usage: LockNGen.FaultTests [--minutes M] [--seed S] [--only KIND] [--cluster]

          --minutes M   how long faults go on; default 3, and a minute more to start and to check
          --seed S      the same seed means the same faults in the same order; default: a random one, which is printed
          --only KIND   only faults whose kind contains this, for example "broker"
          --cluster     three nodes of the broker, of which one at a time is killed, frozen, restarted or cut off, and a database whose standby takes over
        """;

    /// <summary>The command that makes the same run.</summary>
    public string Command => Only is null && double.IsInteger(Minutes)
        ? string.Create(CultureInfo.InvariantCulture, $"./test faults --seed {Seed} --minutes {Minutes}{Cluster}")
        : string.Create(CultureInfo.InvariantCulture, $"dotnet {Environment.GetCommandLineArgs()[0]} --seed {Seed} --minutes {Minutes}{(Only is null ? "" : $" --only \"{Only}\"")}{Cluster}");

    private string Cluster => IsCluster ? " --cluster" : "";

    /// <summary>Where the logs of this run go.</summary>
    public string Folder => Path.Combine(
        Repository.Root, "artifacts", "faults", string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-seed-{Seed}"));

    /// <summary>Reads the command line; null when it makes no sense.</summary>
    public static RunOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions(3, Random.Shared.Next(1, 1_000_000));
        for (var i = 0; i < arguments.Count; i++)
        {
            var option = arguments[i];
            if (option == "--cluster")
            {
                options = options with { IsCluster = true };
                continue;
            }

            var value = ++i < arguments.Count ? arguments[i] : "";
            switch (option)
            {
                case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 1440:
                    options = options with { Minutes = minutes };
                    break;
                case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                    options = options with { Seed = seed };
                    break;
                case "--only" when value.Length > 0:
                    options = options with { Only = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
