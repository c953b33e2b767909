using System.Text.Json;

namespace LockNGen.Workflows.Conversion;

/// <summary>
/// Matches saved values to fields. Saved values have no names: if the class has gained or lost a field since, those
/// after it have moved. The cheapest alignment of both lists is taken; by default, one by one.
/// </summary>
internal static class FieldAlignment
{
    /// <summary>The cost of a field or value without a partner before both lists end.</summary>
    private const double Gap = 2.5;
    private const int Longest = 400;

    /// <summary>The value of each field; null where none was saved.</summary>
    public static JsonElement?[] Align(IReadOnlyList<Field> fields, IReadOnlyList<JsonElement> values)
    {
        var aligned = new JsonElement?[fields.Count];
        if (fields.Count > Longest || values.Count > Longest)
        {
            for (var i = 0; i < Math.Min(fields.Count, values.Count); i++)
                aligned[i] = values[i];
            return aligned;
        }

        var costs = Costs(fields, values);
        for (var (f, v) = (0, 0); f < fields.Count && v < values.Count;)
        {
            var (pair, value) = (costs[f + 1, v + 1] + FieldFit.Cost(fields[f], values[v]), costs[f, v + 1] + Gap);
            if (pair <= value && pair <= costs[f + 1, v] + Gap)
                aligned[f++] = values[v++];
            else if (value <= costs[f + 1, v] + Gap)
                v++;
            else
                f++;
        }

        return aligned;
    }

    // costs[f, v]: of the best alignment from field f and value v on. A rest of only one list is free.
    private static double[,] Costs(IReadOnlyList<Field> fields, IReadOnlyList<JsonElement> values)
    {
        var costs = new double[fields.Count + 1, values.Count + 1];
        for (var f = fields.Count - 1; f >= 0; f--)
        {
            for (var v = values.Count - 1; v >= 0; v--)
            {
                var pair = costs[f + 1, v + 1] + FieldFit.Cost(fields[f], values[v]);
                costs[f, v] = Math.Min(pair, Math.Min(costs[f + 1, v], costs[f, v + 1]) + Gap);
            }
        }

        return costs;
    }
}
