using System.Data;
using System.Globalization;
using Dapper;

namespace LockNGen.Storage;

/// <summary>
/// How values are stored the same in both databases: ids as lower-case text, times as Unix milliseconds, unsigned numbers (seeds) as the
/// signed ones of the same bits. Dapper keeps this for the whole
/// process; registering it again changes nothing.
/// </summary>
internal static class DapperTypes
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        Register(new GuidText());
        Register(new UnixMilliseconds());
        Register(new SignedBits());
    }

    /// <summary>How an id is stored.</summary>
    public static string Text(Guid id) => id.ToString("D");

    /// <summary>How a time is stored.</summary>
    public static long Number(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>How an unsigned number is stored; neither database has a type for those above 2^63.</summary>
    public static long Bits(ulong number) => unchecked((long)number);

    private static void Register<T>(SqlMapper.TypeHandler<T> handler)
        where T : struct
    {
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(handler);
    }

    private sealed class GuidText : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = Text(value);
        }

        public override Guid Parse(object value) => Guid.Parse((string)value, CultureInfo.InvariantCulture);
    }

    private sealed class UnixMilliseconds : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = Number(value);
        }

        public override DateTimeOffset Parse(object value) => DateTimeOffset.FromUnixTimeMilliseconds((long)value);
    }

    private sealed class SignedBits : SqlMapper.TypeHandler<ulong>
    {
        public override void SetValue(IDbDataParameter parameter, ulong value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = Bits(value);
        }

        public override ulong Parse(object value) => unchecked((ulong)(long)value);
    }
}
